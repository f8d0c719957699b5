//! A "no": kept as long as receipts, and everything undelivered it names is erased in the same
//! transaction.

use assent_gate::beacon::Withdrawal;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::error::Result;
use super::links::{Link, WithdrawalSubject};
use super::pseudonym_key::KeyedHash;
use super::rows::tx::Tx;
use super::rows::{context, event, event_queries, withdrawal};
use super::step;
use crate::rules::debt::End;
use crate::rules::sentences;

/// What a withdrawal reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Withdrawn {
    pub events: usize,
    pub contexts: usize,
}

pub(super) fn withdraw(
    tx: Tx<'_>,
    shop: &ShopDomain,
    no: &Withdrawal,
    visitor: Option<&KeyedHash>,
    now: Timestamp,
) -> Result<Withdrawn> {
    let mut withdraw =
        Withdraw { tx, shop, at: no.at, now, reached: Withdrawn { events: 0, contexts: 0 } };
    for checkout in &no.checkouts {
        withdraw.name(
            &WithdrawalSubject::anchor(checkout.as_str()),
            Link::Checkout(checkout.as_str()),
        )?;
    }
    for cart in &no.carts {
        withdraw.name(&WithdrawalSubject::anchor(cart.as_str()), Link::Cart(cart.as_str()))?;
        // Before there was a checkout, a context stood under its cart.
        withdraw.contexts(Link::Checkout(cart.as_str()))?;
    }
    if let Some(visitor) = visitor {
        withdraw.name(&WithdrawalSubject::visitor(visitor), Link::Visitor(visitor))?;
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
    fn name(&mut self, who: &WithdrawalSubject, link: Link<'_>) -> Result<()> {
        withdrawal::remember(self.tx, self.shop, who, self.at, self.now)?;
        self.events(link)?;
        self.contexts(link)
    }

    /// Ends what waits. What is on its way to TikTok at this moment cannot be called back: it loses
    /// its personal part now, and the answer decides whether it was delivered or withdrawn.
    fn events(&mut self, link: Link<'_>) -> Result<()> {
        for (open, under_way) in event_queries::withdrawable(self.tx, self.shop, link, self.at)? {
            if under_way {
                event::empty(self.tx, open.id, sentences::WITHDRAWN_UNDER_WAY, self.now)?;
            } else {
                step::end(self.tx, &open, End::Withdrawn, sentences::WITHDRAWN, self.now)?;
            }
            self.reached.events += 1;
        }
        Ok(())
    }

    fn contexts(&mut self, link: Link<'_>) -> Result<()> {
        self.reached.contexts += context::withdraw(self.tx, self.shop, link, self.at)?;
        Ok(())
    }
}
