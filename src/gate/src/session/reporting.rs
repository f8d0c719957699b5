//! What a grant sets in motion: the device is marked, events become drafts, and each draft goes its two ways.

use super::withdrawal::Named;
use super::{Host, Session, Standing, tiktok_script};
use crate::consent::Grant;
use crate::conversion::{Draft, Surroundings};
use crate::device::Marker;
use crate::event::Event;
use crate::jar::Jar;
use crate::plan::{Act, Line, Plan};
use crate::time::Timestamp;

impl<H: Host> Session<H> {
    pub(super) fn granted(&mut self, grant: &Grant, events: &[Event], jar: &Jar, now: Timestamp, plan: &mut Plan) {
        self.unchecked = false;
        let mut device = Vec::new();
        let marker = self.take_marker(jar, &mut device);
        if self.click.newest.is_none() {
            self.click.take(&self.start.page, &self.settings, jar, &mut device); // an event's address is newer
        }
        let mut browser = Vec::new();
        let mut wires = Vec::new();
        for event in events {
            self.click.take(&event.page, &self.settings, jar, &mut device);
            let dice = self.host.random();
            let lower = |text: &str| self.host.lower(text);
            let around = Surroundings {
                lower: &lower,
                customer: Some(&self.start.customer),
                external_id: marker.as_ref().and_then(Marker::external_id),
                ttclid: self.click.newest.clone(),
                ttp: jar.cookie("_ttp").map(str::to_owned),
            };
            let Some(draft) = Draft::new(event, &self.settings, around, || dice) else { continue };
            let line = Line::of(event.kind.as_str(), "").granted(grant).named(&draft);
            if self.handled.contains(&draft.event_id) {
                self.say(plan, line.done("nothing: this page has reported it already"));
                continue;
            }
            let leg = self.browser.fire(grant, &draft, &self.settings, &mut self.sending, now, &mut browser);
            self.say(plan, line.done(tiktok_script::done(draft.legs, leg)));
            self.remember(&draft);
            if draft.legs.server {
                wires.push(draft.wire(grant, leg));
            } else {
                self.sending.receipt(grant, draft, &self.host, now);
            }
        }
        self.sending.enclose(grant, wires, &self.host, now);
        self.sending.flush(grant, jar, now, plan); // the requests start first
        plan.acts.append(&mut device);
        plan.acts.append(&mut browser);
        self.sending.store_fired(jar, plan);
        self.keep_published(jar, now, plan);
    }

    /// So that this page does not report it twice, and a withdrawal can name it.
    fn remember(&mut self, draft: &Draft) {
        self.handled.push(draft.event_id.clone());
        let Named { checkouts, carts, visitors: _ } = &mut self.named;
        for (known, anchor) in [(checkouts, draft.checkout.clone()), (carts, self.sending.sender.cart.clone())] {
            if let Some(anchor) = anchor.filter(|anchor| !known.contains(anchor)) {
                known.push(anchor);
            }
        }
    }

    /// The marker of this grant: this page's, the device's, or a new one.
    fn take_marker(&mut self, jar: &Jar, device: &mut Vec<Act>) -> Option<Marker> {
        if let Standing::Granted { marker, .. } = &self.standing {
            return marker.clone();
        }
        let found = Marker::read(jar);
        let read_back = found.is_some();
        let marker = found.or_else(|| Marker::new(self.host.random()?, self.host.random()?));
        if let (Some(marker), false) = (&marker, read_back) {
            device.push(Act::Cookie { text: marker.cookie() });
            // Until this page has seen it, another tab's withdrawal would look like a cookie that cannot be written.
            device.push(self.glance(1));
        }
        self.standing = Standing::Granted { marker: marker.clone(), read_back };
        marker
    }
}
