//! The grant has ended: the device forgets, the endpoint is told, TikTok's script is told.

use super::{Host, Session, Standing};
use crate::beacon::{VERSION, Withdrawal, WithdrawalMessage};
use crate::device::{self, Marker};
use crate::jar::Jar;
use crate::plan::{Act, Plan};
use crate::time::Timestamp;

impl<H: Host> Session<H> {
    pub(super) fn withdraw(&mut self, jar: &Jar, now: Timestamp, plan: &mut Plan) {
        let own = match std::mem::replace(&mut self.standing, Standing::Open) {
            Standing::Granted { marker, .. } => marker,
            Standing::Open | Standing::EndedElsewhere => None,
        };
        let marker = own.or_else(|| Marker::read(jar));
        self.held.clear();
        self.handled.clear(); // a later grant counts again
        self.click = None;
        let at = self.dated(now);
        self.withdrawn_at = Some(at);
        self.sending.forget();
        plan.acts.extend(Marker::removal().map(|text| Act::Cookie { text }));
        for key in [device::FIRED, device::OUTBOX, device::BRIDGE] {
            plan.acts.push(Act::Store { key, value: None });
        }
        self.browser.revoke(plan);
        if let Some(body) = self.message(marker.as_ref(), at) {
            self.sending.keep_withdrawal(body, at, now);
        }
        self.sending.flush_withdrawals(now, plan);
        self.sending.store_withdrawals(jar, plan);
    }

    /// Hashed anchors and the hashed visitor, nothing else; nothing at all where there is nobody to name.
    fn message(&mut self, marker: Option<&Marker>, at: Timestamp) -> Option<String> {
        let named = std::mem::take(&mut self.named);
        let external_id = marker.and_then(Marker::external_id);
        if named.checkouts.is_empty() && named.carts.is_empty() && external_id.is_none() {
            return None;
        }
        self.host.json(&WithdrawalMessage {
            v: VERSION,
            shop: self.settings.shop.as_str().to_owned(),
            sent_at: None,
            client: self.sending.sender.client.clone(),
            withdraw: Withdrawal { at, checkouts: named.checkouts, carts: named.carts, external_id },
        })
    }
}
