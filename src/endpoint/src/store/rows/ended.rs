//! What follows from an event's end, whatever ended it: its order is told, it is counted, and with a
//! Purchase its checkout's contexts go.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::event::{self, EndedEvent};
use super::tx::Tx;
use super::{context, order};
use crate::rules::debt::End;
use crate::store::error::Result;
use crate::store::ledger::{Happened, Happening};

/// What follows from it.
pub(in crate::store) fn follows(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    end: End,
    now: Timestamp,
) -> Result<()> {
    order::follow(tx, shop, id)?;
    let Some(ended) = event::ended_event(tx, shop, id)? else { return Ok(()) };
    let EndedEvent { is_purchase, mode, received_at, links } = ended;
    let waited = now.since(received_at).max(0); // a clock that was set back
    tx.note(Happened { shop: shop.clone(), mode, what: Happening::Ended { end, waited } });
    // Where a Purchase has ended, no order needs its contexts any more, whoever left them.
    if is_purchase {
        context::delete_under(tx, shop, &links)?;
    }
    Ok(())
}
