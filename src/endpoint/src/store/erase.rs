//! A customer's erasure (docs/contract.md#what-is-stored): context, debt and links go; the bare
//! receipt stays, and nothing leads to it. Withdrawals stay: without them what a shopper forbade
//! could come in again.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::customer::{self, Customer, Whom};
use super::erasure_plan::{self, Erased, Plan, ReceiptFate};
use super::error::{Result, StoreError};
use super::links::{Kind, Link};
use super::pseudonym_key::PseudonymKey;
use super::rows::event_queries::{self, Erasable, Standing};
use super::rows::tx::Tx;
use super::rows::{event, event_changes, link, order, receipt, shop as shops, withdrawal};
use super::step;
use super::stored_evidence::StoredEvidence;
use crate::rules::debt::End;
use crate::rules::sentences;

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
pub(super) type Random = fn() -> std::result::Result<[u8; Link::BYTES], getrandom::Error>;

/// Forgets a customer. `None`: this store has never known such a shop.
pub(super) fn erase(
    tx: Tx<'_>,
    shop: &ShopDomain,
    whom: &Whom,
    now: Timestamp,
    random: Random,
) -> Result<Option<Erased>> {
    let Some(key) = shops::key(tx, shop)? else { return Ok(None) };
    let link = whom.link(&key);
    let customer = customer::find(tx, shop, [link], whom.reach())?;
    rows(tx, shop, &customer, now, random).map(Some)
}

/// A demand is in force from now on, for what was received, and for orders that were made, before:
/// also where it is yet to be carried out, and where their webhooks come after it.
pub(super) fn forbid(
    tx: Tx<'_>,
    shop: &ShopDomain,
    customer: impl IntoIterator<Item = Link>,
    now: Timestamp,
) -> Result<()> {
    customer.into_iter().try_for_each(|who| withdrawal::remember(tx, shop, who, now, false, now))
}

/// Erases what a customer's names led to.
pub(super) fn rows(
    tx: Tx<'_>,
    shop: &ShopDomain,
    rows: &Customer,
    now: Timestamp,
    random: Random,
) -> Result<Erased> {
    let plan = erasure_plan::of(tx, shop, rows, now)?;
    let Plan { events, receipts, contexts, orders } = &plan;
    let erase = Erase { tx, shop, now, random };
    for context in contexts {
        link::delete(tx, shop, Kind::Context, *context)?;
    }
    for (event, standing) in events {
        erase.event(*event, *standing)?;
    }
    for (receipt, fate) in receipts {
        match fate {
            ReceiptFate::Bare => erase.receipt(*receipt)?,
            ReceiptFate::Shared(others) => link::set(tx, shop, Kind::Receipt, *receipt, others)?,
        }
    }
    // Last, so that each knows what has now become of its Purchase.
    for order in orders {
        erase_order(tx, shop, *order)?;
    }
    Ok(plan.erased())
}

struct Erase<'a> {
    tx: Tx<'a>,
    shop: &'a ShopDomain,
    now: Timestamp,
    random: Random,
}

impl Erase<'_> {
    /// One that is on its way ends at once, so that whatever TikTok answers leads to no second send.
    fn event(&self, id: i64, standing: Standing) -> Result<()> {
        let Self { tx, shop, now, .. } = *self;
        // One that cannot be read has been ended for it.
        let erasable = event_queries::of(tx, shop, now).erasable(id)?;
        if let Some(Erasable { open, .. }) = &erasable {
            match standing {
                Standing::Ended => event_changes::tell(tx, shop, id, sentences::LINKS_CUT, now)?,
                Standing::Open | Standing::Unreadable => {
                    let under_way = open.sending.is_some();
                    let why =
                        if under_way { sentences::ERASED_UNDER_WAY } else { sentences::ERASED };
                    step::end(tx, shop, open, End::Erased, why, now)?;
                }
            }
        }
        event::cut_links(tx, shop, id)?;
        // A receipt under no link at all was found by this event only; it may be others', who still
        // need it.
        match erasable {
            Some(Erasable { receipt, .. }) if receipt::is_alone(tx, shop, receipt)? => {
                self.receipt(receipt)
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Leaves it bare. Its digest was made of its links and would still tell them to whoever
    /// guesses right.
    fn receipt(&self, id: i64) -> Result<()> {
        let Self { tx, shop, random, .. } = *self;
        let Some(evidence) = receipt::stored_evidence(tx, shop, id)? else { return Ok(()) };
        // What cannot be read may be personal.
        let bare = match serde_json::from_slice::<StoredEvidence>(&evidence) {
            Ok(proof) => serde_json::to_string(&proof.bare())?,
            Err(_) => "{}".to_owned(),
        };
        receipt::make_bare(tx, shop, id, &bare, Link::new(random()?))
    }
}

/// The order is counted as it stands, and can be neither found nor told of any more. Shopify goes
/// on telling of it, so that it is erased stays known, under a name that only this shop's key
/// makes.
fn erase_order(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<()> {
    let unknown = || StoreError::UnknownShop { shop: shop.as_str().to_owned() };
    let key = shops::key(tx, shop)?.ok_or_else(unknown)?;
    match order::number(tx, shop, id)? {
        Some(number) => order::erase(tx, shop, id, &erased_name(&key, &number)),
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
    format!("erased {}", key.of_order(order_id).to_hex())
}
