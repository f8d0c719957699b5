//! A shop's erasure: every row of every table that has a shop. In small steps, so that other shops'
//! beacons need not wait.

use assent_gate::time::Timestamp;

use super::error::Result;
use super::rows::demand::{self, OpenDemand};
use super::rows::shop as shops;
use super::rows::tx::Tx;

/// Rows per step.
const STEP: i64 = 500;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ShopErasure {
    /// There may be more: take another.
    More,
    /// Nothing is left, and the demand is done with this outcome.
    Done(String),
}

pub(super) fn step(tx: Tx<'_>, open: &OpenDemand, now: Timestamp) -> Result<ShopErasure> {
    let deleted = shops::delete_some(tx, &open.shop, STEP)?;
    let rows = demand::count_erased(tx, &open.shop, open.id, deleted)?;
    if deleted > 0 {
        return Ok(ShopErasure::More);
    }
    shops::set_paused(tx, &open.shop, None)?;
    let outcome = match rows {
        0 => "nothing of this shop was kept".to_owned(),
        rows => format!("rows erased: {rows}"),
    };
    demand::done(tx, &open.shop, open.id, &outcome, now)?;
    Ok(ShopErasure::Done(outcome))
}
