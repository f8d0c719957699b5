//! What a restore means for what is stored. The backup is from before: what waits in it may have been
//! sent since, and a no that came since is missing. So nothing of it is sent. An event ends as
//! `erased`: that is what happens to it. `withdrawn` would say of the shopper what nobody knows, and would
//! let the event in again by another beacon, to be counted a second time; `expired` would say it of
//! the time.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::error::Result;
use super::rows::tx::Tx;
use super::rows::{clock, context, event_queries, shop as shops};
use super::step;
use crate::rules::debt::End;
use crate::rules::sentences;

/// What was left behind in the backup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsent {
    /// Events that had not ended.
    pub events: usize,
    pub contexts: usize,
}

/// Rows at one time, so that memory does not notice how many wait.
const STEP: i64 = 500;
/// Later than any context.
const ALL: Timestamp = Timestamp(i64::MAX);

pub(super) fn rows(tx: Tx<'_>, now: Timestamp) -> Result<Unsent> {
    // It is of when the backup was made: that the time has gone on since is no wrong clock.
    clock::forget(tx)?;
    let mut unsent = Unsent::default();
    for shop in &shops::all(tx)? {
        unsent.events += events(tx, shop, now)?;
        unsent.contexts += contexts(tx, shop)?;
    }
    Ok(unsent)
}

fn events(tx: Tx<'_>, shop: &ShopDomain, now: Timestamp) -> Result<usize> {
    let mut ended = 0;
    let all = event_queries::of(tx, shop, now);
    // One that cannot be read ends by being looked at.
    while all.any_open()? {
        let waiting = all.some_open(STEP)?;
        for event in &waiting {
            step::end(tx, shop, event, End::Erased, sentences::RESTORED, now)?;
        }
        ended += waiting.len();
    }
    Ok(ended)
}

fn contexts(tx: Tx<'_>, shop: &ShopDomain) -> Result<usize> {
    let mut dropped = 0;
    loop {
        match context::sweep(tx, shop, ALL, STEP)? {
            0 => return Ok(dropped),
            some => dropped += some,
        }
    }
}
