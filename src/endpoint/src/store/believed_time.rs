//! The time by which rows of years are swept: the server's clock, unless it has jumped ahead.

use assent_gate::time::{DAY, Timestamp};

use super::error::Result;
use super::rows::clock;
use super::rows::tx::Tx;
use crate::calendar::moment;
use crate::rules::clock::look;

pub(super) fn believed(tx: Tx<'_>, now: Timestamp) -> Result<Timestamp> {
    let look = look(clock::kept(tx)?, now);
    if let Some(note) = look.note {
        clock::keep(tx, note)?;
        if look.is_doubted {
            // Once an hour.
            tracing::error!(
                clock = moment(now.0),
                before = moment(look.believed.0),
                days = now.since(look.believed) / DAY,
                "this machine's clock is days ahead of when the store last saw it. If it is wrong, \
                 set it right now. Receipts, withdrawals and what else is kept for years are not \
                 ended by it until the server has run with it for 7 days"
            );
        }
    }
    Ok(look.believed)
}
