//! A "no": everything undelivered that it names is erased in the same transaction, and it stays on
//! record so that nothing older can come in.

use assent_gate::beacon::Withdrawal;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::error::Result;
use super::links::Link;
use super::pseudonym_key::PseudonymKey;
use super::rows::tx::Tx;
use super::rows::{context, event_changes, event_queries, link, withdrawal};
use super::step;
use crate::rules::debt::End;
use crate::rules::no::in_servers_time;
use crate::rules::sentences;

/// Anchors that count of one withdrawal: a device has had far fewer, and a stranger names any.
const MOST_ANCHORS: usize = 32;

/// A withdrawal as it arrived.
#[derive(Debug)]
pub struct No {
    pub shop: ShopDomain,
    pub said: Withdrawal,
    pub sent_at: Timestamp,
    pub received_at: Timestamp,
}

/// What a withdrawal reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Withdrawn {
    pub events: usize,
    pub contexts: usize,
}

pub(super) fn withdraw(tx: Tx<'_>, key: &PseudonymKey, no: &No) -> Result<Withdrawn> {
    let No { shop, said, sent_at, received_at: now } = no;
    let at = in_servers_time(said.at, *sent_at, *now);
    let mut withdraw = Withdraw { tx, shop, at, now: *now, reached: Withdrawn::default() };
    for anchor in said.checkouts.iter().chain(&said.carts).take(MOST_ANCHORS) {
        withdraw.name(Link::of_anchor(anchor), at)?;
    }
    if let Some(visitor) = &said.external_id {
        // All of that visitor, whatever any clock says.
        withdraw.name(key.of_hash(visitor), Timestamp(i64::MAX))?;
    }
    Ok(withdraw.reached)
}

struct Withdraw<'a> {
    tx: Tx<'a>,
    shop: &'a ShopDomain,
    at: Timestamp,
    now: Timestamp,
    reached: Withdrawn,
}

impl Withdraw<'_> {
    /// Covers what hangs on `who` and rests on a grant of up to `until`.
    fn name(&mut self, who: Link, until: Timestamp) -> Result<()> {
        let named = link::is_known(self.tx, self.shop, who)?;
        withdrawal::remember(self.tx, self.shop, who, self.at, named, self.now)?;
        self.events(who, until)?;
        self.reached.contexts += context::withdraw(self.tx, self.shop, who, until)?;
        Ok(())
    }

    /// Ends what waits. What is on its way to TikTok at this moment cannot be called back: it loses
    /// its personal part now, and the answer decides whether it was delivered or withdrawn.
    fn events(&mut self, who: Link, until: Timestamp) -> Result<()> {
        let events = event_queries::of(self.tx, self.shop, self.now);
        for open in events.withdrawable(who, until)? {
            if open.sending.is_some() {
                let told = sentences::WITHDRAWN_UNDER_WAY;
                event_changes::empty(self.tx, self.shop, open.id, told, self.now)?;
            } else {
                let why = sentences::WITHDRAWN;
                step::end(self.tx, self.shop, &open, End::Withdrawn, why, self.now)?;
            }
            self.reached.events += 1;
        }
        Ok(())
    }
}
