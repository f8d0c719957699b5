//! From an order back to the shopper who was there: a receipt that still grants, and what the same browser left under it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use assent_gate::admission::still_granted;
use assent_gate::consent::{Evidence, Grant};
use assent_gate::hex::Anchor;
use assent_gate::order::{BrowserContext, Facts};
use assent_gate::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::accept::{Context, Links};
use super::index::Who;
use super::withdraw::withdrawn_at;
use crate::config::Shop;
use crate::secret::ClientIp;

/// What an order's Purchase can be made of.
pub(super) struct Ground {
    pub(super) grant: Grant,
    pub(super) receipt: i64,
    pub(super) evaluated_at: Timestamp,
    pub(super) links: Links,
    pub(super) seen: BrowserContext,
    pub(super) ip: Option<ClientIp>,
}

pub(super) enum Found {
    Ground(Box<Ground>),
    /// Consent is on record, but nothing that the browser left.
    NoContext,
    /// What is on record does not grant under the shop's present settings.
    NoLonger,
    /// Consent was on record, and ended.
    Withdrawn,
    NoConsent,
}

struct Receipt {
    id: i64,
    evaluated_at: Timestamp,
    evidence: Option<Evidence>,
    /// Whom a withdrawal could name.
    anchors: Vec<String>,
    visitor: Option<Who>,
}

/// Receipts of one checkout or cart that are looked at, the latest first: a shopper's own are a handful.
const MOST: i64 = 20;
/// One condition each, so that each has its index.
const RECEIPTS: [&str; 2] = [
    "SELECT id, evaluated_at, evidence, checkout, cart, visitor FROM receipt WHERE shop = ?1 AND checkout = ?2
     ORDER BY evaluated_at DESC LIMIT ?3",
    "SELECT id, evaluated_at, evidence, checkout, cart, visitor FROM receipt WHERE shop = ?1 AND cart = ?2
     ORDER BY evaluated_at DESC LIMIT ?3",
];
const CONTEXTS: [&str; 2] = [
    "SELECT payload FROM context WHERE shop = ?1 AND anchor = ?2 AND visitor IS ?3",
    "SELECT payload FROM context WHERE shop = ?1 AND cart = ?2 AND visitor IS ?3 ORDER BY last_at DESC LIMIT 1",
];

/// The checkout leads to it. Where it has no receipt of its own the cart does: a wallet makes a checkout of its own. Of
/// each visitor the latest evidence decides, and a no of anybody who was there is everybody's: whoever pays may be they.
pub(super) fn ground(tx: &Connection, shop: &Shop, facts: &Facts) -> rusqlite::Result<Found> {
    let domain = shop.settings.shop.as_str();
    let of_checkout = receipts(tx, domain, RECEIPTS[0], facts.checkout.as_ref())?;
    let of_cart = receipts(tx, domain, RECEIPTS[1], facts.cart.as_ref())?;
    let withdrawn = withdrawn_at(tx, domain, whos(facts, of_checkout.iter().chain(&of_cart)))?;
    let there = there(of_checkout, of_cart);
    let mut found = Found::NoConsent;
    let mut visitors = Vec::new();
    for receipt in there {
        if visitors.contains(&receipt.visitor) {
            continue;
        }
        visitors.push(receipt.visitor.clone());
        let evidence = receipt.evidence.as_ref();
        let Some(grant) = evidence.and_then(|evidence| still_granted(evidence, &shop.settings, withdrawn)) else {
            found = found.or(if withdrawn >= Some(receipt.evaluated_at) { Found::Withdrawn } else { Found::NoLonger });
            continue;
        };
        let Some(Context { user, page, ip }) = context(tx, domain, facts, receipt.visitor.as_ref())? else {
            found = Found::NoContext;
            continue;
        };
        let links = Links { checkout: facts.checkout.clone(), cart: facts.cart.clone(), visitor: receipt.visitor };
        let (receipt, evaluated_at) = (receipt.id, receipt.evaluated_at);
        let seen = BrowserContext { user, page };
        return Ok(Found::Ground(Box::new(Ground { grant, receipt, evaluated_at, links, seen, ip })));
    }
    Ok(found)
}

/// The cart's receipts, too, of whoever was at the checkout; the latest first.
fn there(of_checkout: Vec<Receipt>, of_cart: Vec<Receipt>) -> Vec<Receipt> {
    let visitors: BTreeSet<_> = of_checkout.iter().map(|receipt| receipt.visitor.clone()).collect();
    let is_there = |receipt: &Receipt| visitors.is_empty() || visitors.contains(&receipt.visitor);
    let mut there: Vec<_> = of_cart.into_iter().filter(is_there).chain(of_checkout).collect();
    there.sort_by_key(|receipt| Reverse(receipt.evaluated_at));
    there
}

impl Found {
    /// What was found first says more than what comes after it.
    fn or(self, other: Self) -> Self {
        match self {
            Self::NoConsent => other,
            Self::Ground(_) | Self::NoContext | Self::NoLonger | Self::Withdrawn => self,
        }
    }
}

/// Whom a withdrawal could name: everybody who was at this checkout or cart.
fn whos<'a>(facts: &Facts, receipts: impl Iterator<Item = &'a Receipt>) -> BTreeSet<Who> {
    let own = [&facts.checkout, &facts.cart].into_iter().flatten().map(|anchor| anchor.as_str().as_bytes().to_vec());
    let theirs = receipts.flat_map(|Receipt { anchors, visitor, .. }| {
        anchors.iter().map(|anchor| anchor.clone().into_bytes()).chain(visitor.clone())
    });
    own.chain(theirs).collect()
}

fn receipts(tx: &Connection, shop: &str, sql: &str, anchor: Option<&Anchor>) -> rusqlite::Result<Vec<Receipt>> {
    let Some(anchor) = anchor else { return Ok(Vec::new()) };
    tx.prepare_cached(sql)?.query_map(params![shop, anchor.as_str(), MOST], Receipt::read)?.collect()
}

impl Receipt {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let evaluated_at = Timestamp(row.get(1)?);
        // What cannot be read grants nothing.
        let evidence = serde_json::from_slice::<Evidence>(row.get_ref(2)?.as_bytes()?).ok();
        Ok(Self {
            id: row.get(0)?,
            evaluated_at,
            evidence: evidence.map(|evidence| Evidence { evaluated_at, ..evidence }),
            anchors: [row.get::<_, Option<String>>(3)?, row.get(4)?].into_iter().flatten().collect(),
            visitor: row.get(5)?,
        })
    }
}

/// Only of the same visitor: nobody's consent covers what another left.
fn context(tx: &Connection, shop: &str, facts: &Facts, visitor: Option<&Who>) -> rusqlite::Result<Option<Context>> {
    let ways = [(CONTEXTS[0], &facts.checkout), (CONTEXTS[1], &facts.cart), (CONTEXTS[0], &facts.cart)];
    for (sql, anchor) in ways {
        let Some(anchor) = anchor else { continue };
        let payload = tx
            .prepare_cached(sql)?
            .query_row(params![shop, anchor.as_str(), visitor], |row| {
                Ok(serde_json::from_slice::<Context>(row.get_ref(0)?.as_bytes()?).ok())
            })
            .optional()?;
        if let Some(Some(context)) = payload {
            return Ok(Some(context));
        }
    }
    Ok(None)
}
