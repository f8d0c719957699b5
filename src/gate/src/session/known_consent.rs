//! One look at the device: what is read, what is decided by it, and whether another page has ended the grant.

use super::{Host, MOST_BLIND, Session, Standing};
use crate::consent::records::{self, Published};
use crate::consent::{Decision, Policy, Rule, Shopify, Signals, Source, decide};
use crate::device::{self, Marker};
use crate::jar::{Jar, Stored};
use crate::page;
use crate::plan::{Act, Plan, Seen};
use crate::settings::Cmp;
use crate::time::Timestamp;

impl<H: Host> Session<H> {
    /// Decides by what is known: a bridge that does not know yet what its tool will say publishes so on every page. That ends
    /// no earlier page's grant, though nothing leaves until it knows.
    pub(super) fn decide_by_the_known(&self, jar: &Jar, now: Timestamp) -> Decision {
        let published = self.published.as_ref().filter(|published| published.marketing.is_some());
        self.decide(self.signals(self.shopify, published, jar), now)
    }

    /// Whether what decides could not be read: the cookies, or a record in storage that is asked for.
    pub(super) fn is_blind(&self, jar: &Jar, now: Timestamp) -> bool {
        let fails = || jar.storage.iter().any(|(_, stored)| *stored == Stored::Unreadable);
        jar.cookie.is_none() || (fails() && self.decide_by_the_known(jar, now).rule() == Rule::CmpUnreadable)
    }

    /// Whether a no is newer than any grant: it is this page's own that it ends, or it was just told, or it stands on the
    /// device. What this page was told before may be older than another tab's yes, which it must not undo.
    pub(super) fn is_news(&self, jar: &Jar, now: Timestamp) -> bool {
        let shopify = if self.heeded.shopify { self.shopify } else { Shopify::default() };
        let published = self.published.as_ref().filter(|_| self.heeded.bridge);
        matches!(self.standing, Standing::Granted { .. })
            || matches!(self.decide(self.signals(shopify, published, jar), now), Decision::Denied(_))
    }

    /// Whether what was heeded may open a grant again that ended elsewhere. Shopify's word comes when the shopper was asked.
    /// Of the bridge only a yes of the tool that the shop asks: all else would leave it to Shopify's word at page start, which
    /// is older than that end.
    pub(super) fn is_fresh(&self) -> bool {
        self.heeded.shopify || (self.heeded.bridge && self.is_bridged())
    }

    /// Whether this page's bridge has said yes, and the shop asks for it.
    fn is_bridged(&self) -> bool {
        (self.settings.cmp == Cmp::Auto || self.settings.cmp == Cmp::Named(Source::BRIDGE))
            && self.published.as_ref().is_some_and(|said| said.marketing == Some(true))
    }

    /// Takes in what the device shows now, and decides by it.
    pub(super) fn look(&mut self, jar: &Jar, now: Timestamp, plan: &mut Plan) -> Decision {
        if !self.is_blind(jar, now) {
            self.blind = 0;
        } else if self.glances == 0 && self.blind < MOST_BLIND {
            // One failed reading must not hold a Purchase until the page ends.
            plan.acts.push(self.glance(1 << self.blind));
            self.blind += 1;
        }
        self.compare_marker(jar, plan);
        self.sending.read(jar, now);
        let signals = self.signals(self.shopify, self.published.as_ref(), jar);
        if self.is_debugged() {
            self.seen = Seen::of(&signals);
        }
        self.decide(signals, now)
    }

    fn decide(&self, signals: Signals, now: Timestamp) -> Decision {
        decide(signals, Policy::from(&self.settings), self.dated(now))
    }

    /// What the device and the browser show, beside what this page was told.
    fn signals(&self, shopify: Shopify, published: Option<&Published>, jar: &Jar) -> Signals {
        let mut records = records::read(jar, self.settings.cmp, &self.settings.categories);
        if let Some(published) = published {
            records::prevail(&mut records, published);
        }
        Signals {
            shopify,
            gpc: self.gpc,
            records,
            within_reach: page::host(&self.start.page.url).is_some_and(|host| self.settings.is_storefront(&host)),
            ended_elsewhere: self.standing == Standing::EndedElsewhere,
            unreadable: jar.cookie.is_none(),
        }
    }

    /// Asks for another look at the device in so many seconds.
    pub(super) fn glance(&mut self, after: i64) -> Act {
        self.glances += 1;
        Act::Wake { after }
    }

    /// Now, but after this page's last withdrawal: the clock knows seconds only, and a yes or another no in the same one
    /// must not be dated before it.
    pub(super) fn dated(&self, now: Timestamp) -> Timestamp {
        self.withdrawn_at.map_or(now, |at| now.max(at.plus(1)))
    }

    /// Notices, by the marker cookie, that another page ended the grant; then nothing that waits belongs to one any more.
    pub(super) fn compare_marker(&mut self, jar: &Jar, plan: &mut Plan) {
        let Standing::Granted { marker, read_back } = &mut self.standing else { return };
        if jar.cookie.is_none() {
            return; // nothing was seen, so nothing can be compared
        }
        let found = Marker::read(jar);
        if found == *marker {
            *read_back = found.is_some();
        } else if *read_back {
            // Whoever deletes cookies tells no server; a "no" that follows must still find what this visitor left there.
            self.named.visitors.extend(marker.as_ref().and_then(Marker::external_id));
            self.standing = Standing::EndedElsewhere;
            self.handled.clear(); // a later grant counts again
            self.click.forget();
            self.sending.forget();
            self.browser.revoke(plan);
        } else if found.is_some() {
            // Two tabs (or two pixels of one page) were granted at once, and the other's marker stands: theirs is the visitor
            // from now on, ours is still to be named by a no. (Where none stands it cannot be written, and the records
            // alone decide.)
            self.named.visitors.extend(marker.as_ref().and_then(Marker::external_id));
            *marker = found;
            *read_back = true;
        }
    }

    /// What the bridge of this page has said is kept for the pages that it does not reach (checkout), where the shop asks for
    /// it. Without a date it would be kept for ever, so it gets one.
    pub(super) fn keep_published(&mut self, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        let bridged = self.is_bridged();
        let Some(said) = self.published.as_mut().filter(|_| bridged) else { return };
        said.at.get_or_insert(now);
        let kept = said.kept();
        if jar.stored(device::BRIDGE).differs(Some(&kept)) {
            plan.acts.push(Act::Store { key: device::BRIDGE, value: Some(kept) });
        }
    }
}
