//! From an order back to the shopper who was there: a receipt that still grants, and what the same
//! browser left under it.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use assent_gate::admission::{is_within_reach, still_granted};
use assent_gate::consent::Grant;
use assent_gate::hex::Anchor;
use assent_gate::order::{BrowserContext, Facts};
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::error::Result;
use super::links::{Link, Links, WithdrawalSubject};
use super::pseudonym_key::KeyedHash;
use super::rows::context::{self, Context};
use super::rows::receipt::{self, GrantOnRecord};
use super::rows::tx::Tx;
use super::rows::withdrawal;
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

pub(super) enum ConsentFound {
    /// It is on record, and so is what the browser left under it.
    Given(Box<Ground>),
    /// It is on record, but nothing that the browser left.
    WithoutContext,
    /// What is on record does not grant under the shop's present settings.
    NoLonger,
    /// It was on record, and ended.
    Withdrawn,
    NotOnRecord,
}

/// Receipts of one checkout or cart that are looked at, the latest first: a shopper's own are a
/// handful.
const MOST: i64 = 20;

/// The checkout leads to it. Where it has no receipt of its own the cart does: a wallet makes a
/// checkout of its own. Of each visitor the latest evidence decides, and a no of anybody who was
/// there is everybody's: whoever pays may be they.
pub(super) fn find(tx: Tx<'_>, shop: &Shop, facts: &Facts) -> Result<ConsentFound> {
    let domain = &shop.settings.shop;
    let (checkout, cart) = anchors(facts);
    let of_checkout = receipts(tx, domain, checkout.map(Link::Checkout))?;
    let of_cart = receipts(tx, domain, cart.map(Link::Cart))?;
    let named = named(checkout, cart, of_checkout.iter().chain(&of_cart));
    let withdrawn = withdrawal::latest(tx, domain, &named)?;
    let mut found = ConsentFound::NotOnRecord;
    let mut visitors = Vec::new();
    for on_record in of_whoever_was_there(of_checkout, of_cart) {
        let GrantOnRecord { receipt, evaluated_at, evidence, visitor, named: _ } = on_record;
        if visitors.contains(&visitor) {
            continue;
        }
        visitors.push(visitor.clone());
        let grant =
            evidence.and_then(|evidence| still_granted(&evidence, &shop.settings, withdrawn));
        let Some(grant) = grant else {
            let ended = withdrawn >= Some(evaluated_at);
            found = found.or(if ended { ConsentFound::Withdrawn } else { ConsentFound::NoLonger });
            continue;
        };
        let Some(Context { user, page, ip }) = context(tx, domain, facts, visitor.as_ref())? else {
            found = ConsentFound::WithoutContext;
            continue;
        };
        let url = page.as_ref().map(|page| page.url.as_str());
        if !is_within_reach(&grant, url, &shop.settings) {
            found = found.or(ConsentFound::NoLonger);
            continue;
        }
        let links = Links { checkout: facts.checkout.clone(), cart: facts.cart.clone(), visitor };
        let seen = BrowserContext { user, page };
        let ground = Ground { grant, receipt, evaluated_at, links, seen, ip };
        return Ok(ConsentFound::Given(Box::new(ground)));
    }
    Ok(found)
}

fn anchors(facts: &Facts) -> (Option<&str>, Option<&str>) {
    (facts.checkout.as_ref().map(Anchor::as_str), facts.cart.as_ref().map(Anchor::as_str))
}

fn receipts(tx: Tx<'_>, shop: &ShopDomain, link: Option<Link<'_>>) -> Result<Vec<GrantOnRecord>> {
    link.map_or(Ok(Vec::new()), |link| receipt::latest(tx, shop, link, MOST))
}

/// Whom a withdrawal could name: everybody who was at this checkout or cart.
fn named<'a>(
    checkout: Option<&str>,
    cart: Option<&str>,
    receipts: impl Iterator<Item = &'a GrantOnRecord>,
) -> BTreeSet<WithdrawalSubject> {
    let theirs = receipts.flat_map(|on_record| on_record.named.iter().cloned());
    WithdrawalSubject::all(checkout, cart, None).into_iter().chain(theirs).collect()
}

/// The cart's receipts, too, of whoever was at the checkout; the latest first.
fn of_whoever_was_there(
    of_checkout: Vec<GrantOnRecord>,
    of_cart: Vec<GrantOnRecord>,
) -> Vec<GrantOnRecord> {
    let visitors: BTreeSet<_> = of_checkout.iter().map(|one| one.visitor.clone()).collect();
    let was_there = |one: &GrantOnRecord| visitors.is_empty() || visitors.contains(&one.visitor);
    let mut there: Vec<_> = of_cart.into_iter().filter(was_there).chain(of_checkout).collect();
    there.sort_by_key(|one| Reverse(one.evaluated_at));
    there
}

/// Only of the same visitor: nobody's consent covers what another left.
fn context(
    tx: Tx<'_>,
    shop: &ShopDomain,
    facts: &Facts,
    visitor: Option<&KeyedHash>,
) -> Result<Option<Context>> {
    let (checkout, cart) = anchors(facts);
    // Three tries: this checkout's context; the latest of any checkout of this cart; and the one
    // that stood under the cart before there was a checkout.
    let ways = [checkout.map(Link::Checkout), cart.map(Link::Cart), cart.map(Link::Checkout)];
    for link in ways.into_iter().flatten() {
        if let Some(context) = context::left_by(tx, shop, link, visitor)? {
            return Ok(Some(context));
        }
    }
    Ok(None)
}

impl ConsentFound {
    /// What was found first says more than what comes after it.
    fn or(self, other: Self) -> Self {
        match self {
            Self::NotOnRecord => other,
            Self::Given(_) | Self::WithoutContext | Self::NoLonger | Self::Withdrawn => self,
        }
    }
}
