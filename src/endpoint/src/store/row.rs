//! An event's row: its debt in columns, its personal part as JSON, its story as lines.

use assent_gate::beacon::WireEvent;
use assent_gate::tiktok::EventName;
use assent_gate::tiktok::Properties;
use assent_gate::time::Timestamp;
use rusqlite::{Connection, Row, params};
use serde::{Deserialize, Serialize};

use super::fact;
use crate::delivery::debt::{Debt, End, FirstCopy, State};
use crate::secret::ClientIp;

/// The personal part: what TikTok gets, complete in itself. Erased at the event's end.
#[derive(Serialize, Deserialize)]
pub(super) struct Payload {
    pub(super) event: WireEvent,
    pub(super) ip: Option<ClientIp>,
}

/// In the place of an event's receipt: a customer's erasure cut every link of this row.
pub(super) const ERASED: i64 = 0;

/// What a step of delivery needs to see of a row.
pub(super) struct Open {
    pub(super) id: i64,
    pub(super) debt: Debt,
    /// `None`: erased, by a withdrawal that came while a send was under way.
    pub(super) payload: Option<Vec<u8>>,
}

/// The columns [`Open::read`] expects, in order.
pub(super) const OPEN: &str =
    "event.id, event.state, event.at, event.event_time, event.first_copy, event.attempts, event.payload";

/// How many they are: where a statement's own columns begin.
pub(super) const OPEN_COLUMNS: usize = 7;

impl Open {
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let first_copy = if row.get::<_, bool>(4)? { FirstCopy::Possible } else { FirstCopy::None };
        let debt = Debt {
            state: state(row.get_ref(1)?.as_str()?, Timestamp(row.get(2)?))?,
            event_time: Timestamp(row.get(3)?),
            first_copy,
            attempts: row.get(5)?,
        };
        let payload = row.get_ref(6)?.as_bytes_or_null()?.map(<[u8]>::to_vec);
        Ok(Self { id: row.get(0)?, debt, payload })
    }
}

/// A row's state and its time as columns.
pub(super) fn columns(state: State, now: Timestamp) -> (&'static str, Timestamp) {
    match state {
        State::Held { release_at } => ("held", release_at),
        State::Parked => ("parked", now),
        State::Due { at } => ("due", at),
        State::Ended(end) => (end.name(), now),
    }
}

fn state(word: &str, at: Timestamp) -> rusqlite::Result<State> {
    Ok(match word {
        "held" => State::Held { release_at: at },
        "parked" => State::Parked,
        "due" => State::Due { at },
        name => State::Ended(*End::ALL.iter().find(|end| end.name() == name).ok_or(rusqlite::Error::InvalidQuery)?),
    })
}

/// One line of an event's story.
pub(super) fn line(at: Timestamp, what: &str) -> String {
    format!("{}\t{what}\n", at.0)
}

/// A change of a debt, and how it is told.
pub(super) struct Step<'a> {
    pub(super) id: i64,
    pub(super) debt: Debt,
    /// Claimed for a send that now begins.
    pub(super) sending: bool,
    pub(super) code: Option<i64>,
    pub(super) reason: &'a str,
    /// What is added to the story, if anything.
    pub(super) what: Option<&'a str>,
}

/// Writes a step. At an end everything personal goes, and with a Purchase's end its checkout's context.
pub(super) fn write(tx: &Connection, step: &Step<'_>, now: Timestamp) -> rusqlite::Result<()> {
    let Step { id, debt, sending, code, reason, what } = *step;
    let (state, at) = columns(debt.state, now);
    let ended = matches!(debt.state, State::Ended(_));
    let story = what.map(|what| line(now, what)).unwrap_or_default();
    tx.prepare_cached(
        "UPDATE event SET state = ?2, at = ?3, ended = ?4, sending = ?5, first_copy = ?6, horizon = ?7, attempts = ?8,
             code = coalesce(?9, code), reason = ?10, history = history || ?11, payload = iif(?4, NULL, payload)
         WHERE id = ?1",
    )?
    .execute(params![
        id,
        state,
        at.0,
        ended,
        sending,
        debt.first_copy == FirstCopy::Possible,
        debt.horizon().0,
        debt.attempts,
        code,
        reason,
        story
    ])?;
    if ended { leave_nothing(tx, id) } else { Ok(()) }
}

/// An event has ended: its checkout's context goes, and its order is told.
pub(super) fn leave_nothing(tx: &Connection, id: i64) -> rusqlite::Result<()> {
    fact::follow(tx, id)?;
    forget_context(tx, id)
}

/// A Purchase's value, to be compared with its order's when all else of it is gone.
pub(super) fn money(event: &WireEvent) -> (Option<f64>, Option<&str>) {
    let Properties { value, currency, .. } = &event.properties;
    if event.name == EventName::Purchase { (*value, currency.as_deref()) } else { (None, None) }
}

/// Where the event is a Purchase that has ended, no order needs its context any more. By row number: asked for pairs of
/// shop and anchor, SQLite would read every context of every shop, at each end of any event.
fn forget_context(tx: &Connection, id: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "DELETE FROM context WHERE rowid IN
             (SELECT context.rowid FROM event JOIN context
                  ON context.shop = event.shop AND context.anchor IN (event.checkout, event.cart)
              WHERE event.id = ?1 AND event.name = 'Purchase')",
    )?
    .execute([id])?;
    Ok(())
}
