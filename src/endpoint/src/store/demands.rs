//! What Shopify's compliance topics demand. On record before the webhook is answered, open until it
//! is carried out; from then on a bare record, whose contacts and orders are gone.

use assent_gate::settings::ShopDomain;
use assent_gate::shopify::compliance::{Ask, Demand};
use assent_gate::time::{DAY, Timestamp};

use super::customer::{self, Customer, Reach};
use super::erase::{self, Random};
use super::erasure_plan::Erased;
use super::error::Result;
use super::links::{Kind, Link};
use super::pseudonym_key::PseudonymKey;
use super::rows::demand::{self, DemandedFor, OpenDemand};
use super::rows::tx::Tx;
use super::rows::{endpoint, link, shop as shops, webhook};
use crate::rules::sentences;

/// Shopify wants it completed within 30 days of its receipt
/// (<https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance>).
const TIME_TO_ANSWER: i64 = 30 * DAY;

/// Puts a demand on record; its number. `None`: this delivery had come before. The same demand
/// while it is still open is one.
pub(super) fn put(
    tx: Tx<'_>,
    key: &PseudonymKey,
    shop: &ShopDomain,
    webhook: Option<&str>,
    asked: &Demand,
    now: Timestamp,
) -> Result<Option<i64>> {
    if !webhook::is_first(tx, shop, webhook, now)? {
        return Ok(None);
    }
    let Demand { shop: _, ask, contacts, orders } = asked;
    let contacts = contacts.iter().map(|contact| key.of_hash(contact));
    let whom: Vec<_> = contacts.chain(orders.iter().map(|order| key.of_order(order))).collect();
    match ask {
        Ask::Report { .. } => {}
        Ask::EraseCustomer => {
            erase::forbid(tx, shop, whom.iter().copied(), now)?;
            match stop_what_hangs_on(tx, key, shop, &whom, now) {
                Err(error) if error.spares_the_transaction() => {
                    // It is in force by its names all the same.
                    tracing::error!(%error, "what hangs on a demand's customer could not be read");
                }
                stopped => stopped?,
            }
        }
        Ask::EraseShop => {
            shops::set_stopped(tx, shop, Some(sentences::STOPPED_BY_DEMAND))?;
        }
    }
    demand::put(tx, shop, ask, &DemandedFor(whom), now, now.plus(TIME_TO_ANSWER)).map(Some)
}

/// A cart's events have no address and no order of their own: until the demand is carried out they are known by a name
/// that stands for it, and so are not sent any more. Not by the customer's own names: from those an erasure goes on to
/// what else hangs there, and would go further than it may.
fn stop_what_hangs_on(
    tx: Tx<'_>,
    key: &PseudonymKey,
    shop: &ShopDomain,
    whom: &[Link],
    now: Timestamp,
) -> Result<()> {
    let customer = customer::find(tx, shop, whom.iter().copied(), Reach::OfPurchase)?;
    let names: Vec<u8> = whom.iter().flat_map(|link| *link.bytes()).collect();
    let demand = key.of(&[b"demand", &names[..]].concat());
    erase::forbid(tx, shop, [demand], now)?;
    for event in customer.events {
        link::add_customer(tx, shop, Kind::Event, event, [demand])?;
    }
    Ok(())
}

/// What is to be carried out, the oldest first. Nothing where another endpoint does it.
pub(super) fn open(tx: Tx<'_>) -> Result<Vec<OpenDemand>> {
    if endpoint::is_first(tx)? { demand::open(tx) } else { Ok(Vec::new()) }
}

/// Erases the customer whom a demand names, and is done with it.
pub(super) fn erase_customer(
    tx: Tx<'_>,
    open: &OpenDemand,
    now: Timestamp,
    random: Random,
) -> Result<String> {
    let customer = customer_of(tx, open)?;
    let outcome = in_words(erase::rows(tx, &open.shop, &customer, now, random)?);
    demand::done(tx, &open.shop, open.id, &outcome, now)?;
    Ok(outcome)
}

/// All that a demand's contacts and orders lead to.
pub(super) fn customer_of(tx: Tx<'_>, open: &OpenDemand) -> Result<Customer> {
    let DemandedFor(whom) = &open.whom;
    customer::find(tx, &open.shop, whom.iter().copied(), Reach::OfPurchase)
}

fn in_words(erased: Erased) -> String {
    if erased == Erased::default() {
        return "nothing of this customer was kept".to_owned();
    }
    let Erased { undelivered, ended, contexts, receipts, orders } = erased;
    format!(
        "undelivered events erased: {undelivered}; links of ended events cut: {ended}; contexts \
         erased: {contexts}; orders erased: {orders}; receipts left bare: {receipts}"
    )
}
