//! What an erasure does to each row of a customer, found before anything is done. The deed carries a
//! plan out and a dry run tells its counts, so the two cannot disagree.

use std::collections::{BTreeMap, BTreeSet};

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::customer::Customer;
use super::error::Result;
use super::links::{Kind, Link, Links};
use super::rows::event_queries::{self, Standing};
use super::rows::tx::Tx;
use super::rows::{context, event, link, receipt};

/// How many rows an erasure reached, or would reach.
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

/// Rows by their numbers, with what becomes of each.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) events: BTreeMap<i64, Standing>,
    pub(super) receipts: BTreeMap<i64, ReceiptFate>,
    /// They are deleted.
    pub(super) contexts: BTreeSet<i64>,
    /// They are counted as they stand, and can be neither found nor told of any more.
    pub(super) orders: BTreeSet<i64>,
}

#[derive(Debug)]
pub(super) enum ReceiptFate {
    /// Nothing leads to it any more.
    Bare,
    /// It is others' as well: these are its other customers, and it keeps them.
    Shared(Links),
}

/// For what a customer's names led to.
pub(super) fn of(
    tx: Tx<'_>,
    shop: &ShopDomain,
    customer: &Customer,
    now: Timestamp,
) -> Result<Plan> {
    let Customer { events, contexts, receipts, orders, .. } = customer;
    let all = event_queries::of(tx, shop, now);
    let standing = events.iter().map(|id| Ok((*id, all.standing(*id)?)));
    let events = standing.collect::<Result<BTreeMap<_, _>>>()?;
    let fate = |id: &i64| Ok((*id, fate(tx, shop, *id, customer)?));
    Ok(Plan {
        contexts: contexts | &needed_no_more(tx, shop, &events)?,
        events,
        receipts: receipts.iter().map(fate).collect::<Result<_>>()?,
        orders: orders.clone(),
    })
}

/// Where a Purchase ends, its checkout's contexts go, whoever left them; one that cannot be read ends too.
fn needed_no_more(
    tx: Tx<'_>,
    shop: &ShopDomain,
    events: &BTreeMap<i64, Standing>,
) -> Result<BTreeSet<i64>> {
    let mut contexts = BTreeSet::new();
    for (id, _) in events.iter().filter(|(_, standing)| **standing != Standing::Ended) {
        if let Some(ends) = event::ended_event(tx, shop, *id)?
            && ends.is_purchase
        {
            contexts.extend(context::under(tx, shop, &ends.links)?);
        }
    }
    Ok(contexts)
}

/// Without visitor, checkout and cart, equal evidence of several people is one receipt, and who else
/// waits on it still needs it.
fn fate(tx: Tx<'_>, shop: &ShopDomain, id: i64, customer: &Customer) -> Result<ReceiptFate> {
    let links = link::of_row(tx, shop, Kind::Receipt, id)?;
    let is_of_many = links.anchors().chain(links.visitor).next().is_none()
        && receipt::waiting_on(tx, shop, id)?.iter().any(|event| !customer.events.contains(event));
    if !is_of_many {
        return Ok(ReceiptFate::Bare);
    }
    let theirs =
        |link: &Link| !customer.connections.contains(link) && !customer.customer.contains(link);
    let others = links.customer.into_iter().filter(theirs);
    Ok(ReceiptFate::Shared(Links { customer: others.collect(), ..Links::default() }))
}

impl Plan {
    pub(super) fn erased(&self) -> Erased {
        let Self { events, receipts, contexts, orders } = self;
        let undelivered = events.values().filter(|standing| **standing != Standing::Ended).count();
        let bare = receipts.values().filter(|fate| matches!(fate, ReceiptFate::Bare)).count();
        Erased {
            undelivered,
            ended: events.len() - undelivered,
            contexts: contexts.len(),
            receipts: bare,
            orders: orders.len(),
        }
    }
}
