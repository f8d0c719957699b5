//! The grant has ended: the device forgets, the endpoint is told, TikTok's script is told.

use super::{Host, Session, Standing};
use crate::beacon::Withdrawal;
use crate::consent::Decision;
use crate::device::{self, Marker};
use crate::hex::{Anchor, Digest};
use crate::jar::Jar;
use crate::plan::{Act, Plan};
use crate::time::Timestamp;

/// What this page told of, for a withdrawal to name.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(Clone, Hash))]
pub(super) struct Named {
    pub(super) checkouts: Vec<Anchor>,
    pub(super) carts: Vec<Anchor>,
    /// Visitors whose grant ended elsewhere. The one of a grant that stands is in its marker.
    pub(super) visitors: Vec<Digest>,
}

impl<H: Host> Session<H> {
    /// Traces of a grant where none stands are a withdrawal. A device that cannot be read shows none, and is asked again.
    pub(super) fn check_traces(&mut self, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        self.unchecked = self.is_blind(jar, now);
        let stands = || matches!(self.decide_by_the_known(jar, now), Decision::Granted(_));
        if !self.unchecked && self.has_grant(jar) && !stands() {
            self.withdraw(jar, now, plan);
        }
    }

    /// A no while the device cannot be read: what it ends is looked for when it can. But this page may end before that, and
    /// the next one could grant by what is kept of the bridge.
    pub(super) fn put_off(&mut self, jar: &Jar, plan: &mut Plan) {
        self.unchecked = true;
        if jar.stored(device::BRIDGE).differs(None) {
            plan.acts.push(Act::Store { key: device::BRIDGE, value: None });
        }
    }

    /// What is held stays: it belongs to no grant yet, and a denial has forgotten it already.
    pub(super) fn withdraw(&mut self, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        let own = match std::mem::replace(&mut self.standing, Standing::Open) {
            Standing::Granted { marker, .. } => marker,
            Standing::Open | Standing::EndedElsewhere => None,
        };
        let marker = own.or_else(|| Marker::read(jar));
        self.handled.clear(); // a later grant counts again
        self.click.forget();
        let at = self.dated(now);
        self.withdrawn_at = Some(at);
        self.unchecked = false;
        self.sending.forget();
        plan.acts.extend(Marker::removal().map(|text| Act::Cookie { text }));
        for key in [device::FIRED, device::OUTBOX, device::BRIDGE] {
            plan.acts.push(Act::Store { key, value: None });
        }
        self.browser.revoke(plan);
        self.name(marker.as_ref().and_then(Marker::external_id), at, now);
        self.sending.flush_withdrawals(&self.host, now, plan);
        self.sending.store_withdrawals(jar, plan);
    }

    /// Hashed anchors and hashed visitors, nothing else; nothing at all where there is nobody to name. A message holds one
    /// visitor: the first takes the anchors along.
    fn name(&mut self, visitor: Option<Digest>, at: Timestamp, now: Timestamp) {
        let Named { mut checkouts, mut carts, mut visitors } = std::mem::take(&mut self.named);
        visitors.extend(visitor.filter(|visitor| !visitors.contains(visitor)));
        loop {
            let external_id = visitors.pop();
            if external_id.is_none() && checkouts.is_empty() && carts.is_empty() {
                return;
            }
            let (checkouts, carts) = (std::mem::take(&mut checkouts), std::mem::take(&mut carts));
            self.sending.keep_withdrawal(&Withdrawal { at, checkouts, carts, external_id }, now);
        }
    }
}
