//! A customer's erasure (docs/contract.md#what-is-stored): context, debt and links go; the bare
//! receipt stays, and nothing leads to it. Withdrawals stay: without them what a shopper forbade
//! could come in again.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::customer::{self, CustomerRows, Sought, Whom};
use super::error::{Result, StoreError};
use super::pseudonym_key::PseudonymKey;
use super::rows::event_queries::{self, Erasable};
use super::rows::tx::Tx;
use super::rows::{context, customer as customers, event, order, receipt, shop as shops};
use super::step;
use super::stored_evidence::StoredEvidence;
use crate::rules::debt::{End, State};
use crate::rules::sentences;

/// How many rows an erasure reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erased {
    /// Events that had not ended: they are `erased`, and nothing more of them is sent.
    pub undelivered: usize,
    /// Events that had ended before: their rows lead to nobody any more.
    pub ended: usize,
    pub contexts: usize,
    /// Receipts that stay, bare.
    pub receipts: usize,
    /// What Shopify had told of their orders.
    pub orders: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    #[serde(flatten)]
    pub erased: Erased,
    /// Nothing of it is left in the store's files. `false`: a reader keeps the log from being
    /// folded; the server tries again every minute, and a store at rest when it is next opened and
    /// closed.
    pub overwritten: bool,
}

/// Random bytes, for digests that lead nowhere.
pub(super) type Random = fn() -> std::result::Result<[u8; 32], getrandom::Error>;

/// Forgets a customer. `None`: this store has never known such a shop.
pub(super) fn erase(
    tx: Tx<'_>,
    shop: &ShopDomain,
    whom: &Whom,
    now: Timestamp,
    random: Random,
) -> Result<Option<Erased>> {
    let Some(key) = shops::key(tx, shop)? else { return Ok(None) };
    let customer = customer::find(tx, shop, &Sought::of(whom, &key))?;
    rows(tx, shop, &customer.rows, now, random).map(Some)
}

/// Erases what a customer's names led to.
pub(super) fn rows(
    tx: Tx<'_>,
    shop: &ShopDomain,
    rows: &CustomerRows,
    now: Timestamp,
    random: Random,
) -> Result<Erased> {
    let CustomerRows { events, contexts, receipts, orders } = rows;
    let erase = Erase { tx, now, random };
    let mut erased = Erased {
        contexts: contexts.len(),
        receipts: receipts.len(),
        orders: orders.len(),
        ..Erased::default()
    };
    for anchor in contexts {
        context::delete(tx, shop.as_str(), anchor)?;
    }
    for event in events {
        if erase.event(*event)? {
            erased.undelivered += 1;
        } else {
            erased.ended += 1;
        }
    }
    for receipt in receipts {
        erase.receipt(*receipt)?;
    }
    // Last, so that each knows what has now become of its Purchase.
    for order in orders {
        erase_order(tx, shop, *order)?;
    }
    Ok(erased)
}

struct Erase<'a> {
    tx: Tx<'a>,
    now: Timestamp,
    random: Random,
}

impl Erase<'_> {
    /// Whether it had not ended before. One that is on its way ends at once, so that whatever
    /// TikTok answers leads to no second send.
    fn event(&self, id: i64) -> Result<bool> {
        let Some(Erasable { open, sending, receipt }) = event_queries::erasable(self.tx, id)?
        else {
            return Ok(false);
        };
        let had_ended = matches!(open.debt.state, State::Ended(_));
        if had_ended {
            event::tell(self.tx, id, sentences::LINKS_CUT, self.now)?;
        } else {
            let why = if sending { sentences::ERASED_UNDER_WAY } else { sentences::ERASED };
            step::end(self.tx, &open, End::Erased, why, self.now)?;
        }
        event::cut_links(self.tx, id)?;
        customers::unlink(self.tx, id)?;
        // A receipt under no link at all was found by this event only; it may be others', who still
        // need it.
        if receipt::is_alone(self.tx, receipt)? {
            self.receipt(receipt)?;
        }
        Ok(!had_ended)
    }

    /// Leaves it bare. Its digest was made of its links and would still tell them to whoever
    /// guesses right.
    fn receipt(&self, id: i64) -> Result<()> {
        let Some(evidence) = receipt::evidence(self.tx, id)? else { return Ok(()) };
        // What cannot be read may be personal.
        let bare = match serde_json::from_slice::<StoredEvidence>(&evidence) {
            Ok(proof) => serde_json::to_string(&proof.bare())?,
            Err(_) => "{}".to_owned(),
        };
        receipt::make_bare(self.tx, id, &bare, (self.random)()?)
    }
}

/// The order is counted as it stands, and can be neither found nor told of any more. Shopify goes
/// on telling of it, so that it is erased stays known, under a name that only this shop's key
/// makes.
fn erase_order(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<()> {
    let unknown = || StoreError::UnknownShop { shop: shop.as_str().to_owned() };
    let key = shops::key(tx, shop)?.ok_or_else(unknown)?;
    match order::number(tx, id)? {
        Some(number) => order::erase(tx, id, &erased_name(&key, &number)),
        None => Ok(()),
    }
}

/// Whether an erasure took this order.
pub(super) fn is_erased_order(
    tx: Tx<'_>,
    key: &PseudonymKey,
    shop: &ShopDomain,
    order_id: &str,
) -> Result<bool> {
    order::is_known(tx, shop, &erased_name(key, order_id))
}

/// No order's number: Shopify's are digits.
fn erased_name(key: &PseudonymKey, order_id: &str) -> String {
    format!("erased {}", key.of(order_id.as_bytes()).to_hex())
}
