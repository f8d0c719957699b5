//! From an order back to the shopper who was there: a receipt that still grants, and what the same browser left under it.

use assent_gate::admission::still_granted;
use assent_gate::consent::{Evidence, Grant};
use assent_gate::hex::Anchor;
use assent_gate::order::{Facts, Seen};
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
    pub(super) seen: Seen,
    pub(super) ip: Option<ClientIp>,
}

pub(super) enum Found {
    Ground(Box<Ground>),
    /// Consent is on record, but nothing that the browser left.
    NoContext,
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

/// The checkout leads to it; so does the cart, where a wallet made a checkout of its own.
pub(super) fn ground(tx: &Connection, shop: &Shop, facts: &Facts) -> rusqlite::Result<Found> {
    let mut found = Found::NoConsent;
    for receipt in receipts(tx, shop, facts)? {
        let (grant, withdrawn) = receipt.grant(tx, shop, facts)?;
        let Some(grant) = grant else {
            if withdrawn && matches!(found, Found::NoConsent) {
                found = Found::Withdrawn;
            }
            continue;
        };
        let domain = shop.settings.shop.as_str();
        let Some(Context { user, page, ip }) = context(tx, domain, facts, receipt.visitor.as_ref())? else {
            found = Found::NoContext;
            continue;
        };
        let links = Links { checkout: facts.checkout.clone(), cart: facts.cart.clone(), visitor: receipt.visitor };
        let (receipt, evaluated_at) = (receipt.id, receipt.evaluated_at);
        let seen = Seen { user, page };
        return Ok(Found::Ground(Box::new(Ground { grant, receipt, evaluated_at, links, seen, ip })));
    }
    Ok(found)
}

fn receipts(tx: &Connection, shop: &Shop, facts: &Facts) -> rusqlite::Result<Vec<Receipt>> {
    let mut all = Vec::new();
    for (sql, anchor) in RECEIPTS.iter().zip([&facts.checkout, &facts.cart]) {
        let Some(anchor) = anchor else { continue };
        let keys = params![shop.settings.shop.as_str(), anchor.as_str(), MOST];
        let some = tx.prepare_cached(sql)?.query_map(keys, Receipt::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
        all.extend(some);
    }
    Ok(all)
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

    /// Whether it grants now; if not, whether a withdrawal is why.
    fn grant(&self, tx: &Connection, shop: &Shop, facts: &Facts) -> rusqlite::Result<(Option<Grant>, bool)> {
        let own = [&facts.checkout, &facts.cart].into_iter().flatten().map(Anchor::as_str);
        let anchors = own.chain(self.anchors.iter().map(String::as_str)).map(|anchor| anchor.as_bytes().to_vec());
        let whos = anchors.chain(self.visitor.clone());
        let withdrawn = withdrawn_at(tx, shop.settings.shop.as_str(), whos)?;
        let grant = self.evidence.as_ref().and_then(|evidence| still_granted(evidence, &shop.settings, withdrawn));
        Ok((grant, withdrawn.is_some()))
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
