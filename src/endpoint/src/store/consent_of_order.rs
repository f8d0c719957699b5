//! From an order back to the shopper who was there: a receipt that still grants, and what the same
//! browser left under it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use assent_gate::admission::{is_within_reach, still_granted};
use assent_gate::consent::Grant;
use assent_gate::order::{BrowserContext, Facts};
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::error::Result;
use super::links::{Link, Links};
use super::rows::context::{self, Context};
use super::rows::event::Ground;
use super::rows::receipt::{self, GrantOnRecord};
use super::rows::tx::Tx;
use super::rows::withdrawal;
use crate::config::Shop;
use crate::rules::no::Noes;
use crate::secret::ClientIp;

/// What an order's Purchase can be made of.
pub(super) struct Basis {
    pub(super) grant: Grant,
    pub(super) ground: Ground,
    pub(super) links: Links,
    pub(super) seen: BrowserContext,
    pub(super) ip: Option<ClientIp>,
}

pub(super) enum ConsentFound {
    /// It is on record, and so is what the browser left under it.
    Given(Box<Basis>),
    /// It is on record, but nothing that the browser left.
    WithoutContext,
    /// What is on record does not grant under the shop's present settings.
    NoLonger,
    /// It was on record, and ended.
    Withdrawn,
    /// More is on record than can be looked through, and what is not looked at may be a no.
    TooMany,
    NotOnRecord,
}

/// Receipts of one checkout or cart that are looked at: a shopper makes a handful, a tool with a
/// new record on every page one a page.
const MOST: i64 = 2_000;

/// The checkout leads to it. Where it has no receipt of its own the cart does: a wallet makes a
/// checkout of its own. Of each visitor the latest evidence decides, and a no of anybody who was
/// there is everybody's: whoever pays may be they.
pub(super) fn find(tx: Tx<'_>, shop: &Shop, facts: &Facts) -> Result<ConsentFound> {
    let domain = &shop.settings.shop;
    let order = of_order(facts);
    let of_checkout = receipts(tx, domain, order.checkout)?;
    let of_cart = receipts(tx, domain, order.cart)?;
    let (Some(of_checkout), Some(of_cart)) = (of_checkout, of_cart) else {
        return Ok(ConsentFound::TooMany);
    };
    let no = latest_no(tx, domain, &order, of_checkout.iter().chain(&of_cart))?;
    let mut found = ConsentFound::NotOnRecord;
    for GrantOnRecord { ground, links } in of_whoever_was_there(of_checkout, of_cart) {
        let visitor = links.visitor;
        let own = withdrawal::of(tx, domain, &links)?;
        let noes = Noes { of_anchors: own.of_anchors.max(no), ..own };
        if noes.stop(ground.granted_at).is_some() {
            found = found.or(ConsentFound::Withdrawn);
            continue;
        }
        let evidence = receipt::evidence(tx, domain, ground)?;
        let grant = evidence.and_then(|evidence| still_granted(&evidence, &shop.settings));
        let Some(grant) = grant else {
            found = found.or(ConsentFound::NoLonger);
            continue;
        };
        let Some((Context { user, page, ip }, left_at)) = context(tx, domain, &order, visitor)?
        else {
            found = ConsentFound::WithoutContext;
            continue;
        };
        let url = page.as_ref().map(|page| page.url.as_str());
        if !is_within_reach(&grant, url, &shop.settings) {
            found = found.or(ConsentFound::NoLonger);
            continue;
        }
        // As old as the older of the two: a no between them is of this context.
        let ground = Ground { granted_at: ground.granted_at.min(left_at), ..ground };
        let links = Links { visitor, ..order };
        let seen = BrowserContext { user, page };
        return Ok(ConsentFound::Given(Box::new(Basis { grant, ground, links, seen, ip })));
    }
    Ok(found)
}

fn of_order(facts: &Facts) -> Links {
    Links {
        checkout: facts.checkout.as_ref().map(Link::of_anchor),
        cart: facts.cart.as_ref().map(Link::of_anchor),
        ..Links::default()
    }
}

/// `None`: there are too many.
fn receipts(
    tx: Tx<'_>,
    shop: &ShopDomain,
    anchor: Option<Link>,
) -> Result<Option<Vec<GrantOnRecord>>> {
    let Some(anchor) = anchor else { return Ok(Some(Vec::new())) };
    let found = receipt::of(tx, shop, anchor, MOST + 1)?;
    Ok((i64::try_from(found.len()).unwrap_or(i64::MAX) <= MOST).then_some(found))
}

/// The latest no of anybody who was at this checkout or cart.
fn latest_no<'a>(
    tx: Tx<'_>,
    shop: &ShopDomain,
    order: &Links,
    receipts: impl Iterator<Item = &'a GrantOnRecord>,
) -> Result<Option<Timestamp>> {
    let theirs = receipts.flat_map(|on_record| {
        let Links { checkout, cart, visitor, .. } = on_record.links;
        [checkout, cart, visitor].into_iter().flatten()
    });
    let named: BTreeSet<Link> = order.all().chain(theirs).collect();
    withdrawal::latest(tx, shop, named)
}

/// The cart's receipts, too, of whoever was at the checkout: of each visitor the latest, and of
/// these the latest first.
fn of_whoever_was_there(
    of_checkout: Vec<GrantOnRecord>,
    of_cart: Vec<GrantOnRecord>,
) -> Vec<GrantOnRecord> {
    let visitors: BTreeSet<_> = of_checkout.iter().map(|one| one.links.visitor).collect();
    let was_there =
        |one: &GrantOnRecord| visitors.is_empty() || visitors.contains(&one.links.visitor);
    let mut there: Vec<_> = of_cart.into_iter().filter(was_there).chain(of_checkout).collect();
    there.sort_by_key(|one| (Reverse(one.ground.granted_at), Reverse(one.ground.receipt)));
    let mut seen = BTreeSet::new();
    there.retain(|one| seen.insert(one.links.visitor));
    there
}

/// Only of the same visitor: nobody's consent covers what another left. With the time of the grant
/// that it rests on.
fn context(
    tx: Tx<'_>,
    shop: &ShopDomain,
    order: &Links,
    visitor: Option<Link>,
) -> Result<Option<(Context, Timestamp)>> {
    for anchor in order.anchors() {
        if let Some(found) = context::left_by(tx, shop, anchor, visitor)? {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

impl ConsentFound {
    /// What was found first says more than what comes after it.
    fn or(self, other: Self) -> Self {
        match self {
            Self::NotOnRecord => other,
            Self::Given(_)
            | Self::WithoutContext
            | Self::NoLonger
            | Self::Withdrawn
            | Self::TooMany => self,
        }
    }
}
