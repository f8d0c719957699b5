//! What an erasure would do, for whoever has to decide on it.

use serde::Serialize;

use crate::store::read::{Preview, Reached};
use crate::store::{Erased, Whom};

/// Orders that are told by their ids.
const TOLD: usize = 20;

/// So that no script takes it for an erasure.
#[derive(Serialize)]
struct DryRun<'a> {
    dry_run: bool,
    #[serde(flatten)]
    preview: &'a Preview,
}

pub(super) fn json(preview: &Preview) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&DryRun { dry_run: true, preview })
}

pub(super) fn text(preview: &Preview, whom: &Whom) -> String {
    let Preview { would_erase, reach } = preview;
    let Erased { undelivered, ended, contexts, receipts, orders } = would_erase;
    format!(
        "{undelivered} undelivered events would be erased, and not be sent\n\
         {ended} ended events would lose their links\n\
         {contexts} contexts would be erased\n\
         {orders} orders would be erased\n\
         {receipts} receipts would be kept, without any link\n\
         {}{}",
        how_far(reach, whom),
        which_orders(reach)
    )
}

fn how_far(reach: &Reached, whom: &Whom) -> String {
    let Reached { named, beyond, browsers, checkouts, carts, orders: _ } = reach;
    if *beyond == 0 {
        return format!("All of it is under the {} that you named.", whom.kind());
    }
    let shared = [(*browsers, "browser"), (*checkouts, "checkout"), (*carts, "cart")];
    let shared: Vec<_> =
        shared.into_iter().filter(|(n, _)| *n > 0).map(|(n, what)| counted(n, what)).collect();
    format!(
        "It reaches further than the {} that you named: {} under it, and {} more by what they share \
         ({}). Nothing tells two people at one browser or in one cart apart, so whatever was done \
         with it is taken for the same customer's.",
        whom.kind(),
        counted(*named, "row"),
        beyond,
        shared.join(", ")
    )
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn which_orders(reach: &Reached) -> String {
    if reach.orders.is_empty() {
        return String::new();
    }
    let ids: Vec<_> = reach.orders.iter().take(TOLD).map(String::as_str).collect();
    let more = if reach.orders.len() > TOLD { ", …" } else { "" };
    format!("\nOrders among it, by Shopify's ids (of the last 7 days): {}{more}", ids.join(", "))
}
