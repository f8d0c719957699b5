//! Table `event` again: what the deeds read of events whose debt is still open, and of those that
//! an erasure reaches.

use assent_gate::consent::Evidence;
use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::{Params, Row, params};

use super::columns;
use super::event::Payload;
use super::tx::Tx;
use crate::rules::debt::{Debt, FirstCopy};
use crate::store::error::Result;
use crate::store::links::{Link, Linked, WithdrawalSubject};
use crate::store::pseudonym_key::KeyedHash;

/// An event that has not ended, as far as a step of its debt has to see it.
pub(in crate::store) struct OpenEvent {
    pub(in crate::store) id: i64,
    pub(in crate::store) debt: Debt,
    pub(in crate::store) personal: Personal<Vec<u8>>,
}

/// The personal part: as the row has it, or as [`Personal::read`] understands it.
pub(in crate::store) enum Personal<Part = Payload> {
    Here(Part),
    /// It is not as this release writes it.
    Unreadable,
    /// A withdrawal took it while a send was under way.
    Gone,
}

impl<Part> Personal<Part> {
    pub(in crate::store) fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }
}

impl Personal<Vec<u8>> {
    /// Read only where it is needed: most steps of a debt need not look at it.
    pub(in crate::store) fn read(&self) -> Personal {
        match self {
            Self::Here(json) => {
                serde_json::from_slice(json).map_or(Personal::Unreadable, Personal::Here)
            }
            Self::Unreadable => Personal::Unreadable,
            Self::Gone => Personal::Gone,
        }
    }
}

/// An event with what is asked before it may leave: its evidence, and whom a withdrawal could name.
pub(in crate::store) struct Candidate {
    pub(in crate::store) open: OpenEvent,
    /// `None`: it is gone or cannot be read, and so is no grant.
    pub(in crate::store) evidence: Option<Evidence>,
    pub(in crate::store) named: Vec<WithdrawalSubject>,
}

/// What an erasure has to know of an event.
pub(in crate::store) struct Erasable {
    pub(in crate::store) open: OpenEvent,
    pub(in crate::store) sending: bool,
    pub(in crate::store) receipt: i64,
}

/// The columns that [`open_event`] reads, in order, and how many they are.
const OPEN: &str = "event.id, event.state, event.at, event.event_time, event.first_copy, \
                    event.attempts, event.payload";
const OPEN_COLUMNS: usize = 7;
/// What may be claimed: asked alike for what is due and for when the next falls due.
const CLAIMABLE: &str = "event.ended = 0 AND event.sending = 0 AND event.state <> 'parked'";

fn open_event(row: &Row<'_>) -> Result<OpenEvent> {
    let payload = columns::text(row, 6)?.map(<[u8]>::to_vec);
    let debt = Debt {
        state: columns::state(row, 1, 2)?,
        event_time: columns::time(row, 3)?,
        first_copy: FirstCopy::of(row.get(4)?),
        attempts: row.get(5)?,
    };
    let personal = payload.map_or(Personal::Gone, Personal::Here);
    Ok(OpenEvent { id: row.get(0)?, debt, personal })
}

/// The events of which `of` says which.
fn open_events(tx: Tx<'_>, of: &str, keys: impl Params) -> Result<Vec<OpenEvent>> {
    tx.list(&format!("SELECT {OPEN} FROM event WHERE {of}"), keys, open_event)
}

fn candidates(tx: Tx<'_>, of: &str, keys: impl Params) -> Result<Vec<Candidate>> {
    let sql = format!(
        "SELECT {OPEN}, receipt.evidence, event.evaluated_at, event.checkout, event.cart,
             event.visitor
         FROM event LEFT JOIN receipt ON receipt.id = event.receipt WHERE {of}"
    );
    tx.list(&sql, keys, |row| {
        let open = open_event(row)?;
        let evidence: Option<Evidence> = columns::of_json(row, OPEN_COLUMNS)?;
        if evidence.is_none() && columns::text(row, OPEN_COLUMNS)?.is_some() {
            say_unreadable(open.id);
        }
        let evaluated_at = columns::time(row, OPEN_COLUMNS + 1)?;
        let evidence = evidence.map(|evidence| Evidence { evaluated_at, ..evidence });
        Ok(Candidate { open, evidence, named: columns::named(row, OPEN_COLUMNS + 2)? })
    })
}

/// What stands there may be personal, so only the row's number is told.
pub(in crate::store) fn say_unreadable(event: i64) {
    tracing::error!(event, "a row of the store cannot be read; it alone is ended");
}

// What is to be sent.

/// Up to `limit` events of this shop that are due, or whose hold is over, the longest due first.
pub(in crate::store) fn due(
    tx: Tx<'_>,
    shop: &ShopDomain,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<Candidate>> {
    let due =
        format!("event.shop = ?1 AND {CLAIMABLE} AND event.at <= ?2 ORDER BY event.at LIMIT ?3");
    candidates(tx, &due, params![shop.as_str(), now.0, limit])
}

/// When the next event of this shop falls due.
pub(in crate::store) fn next_due(tx: Tx<'_>, shop: &ShopDomain) -> Result<Option<Timestamp>> {
    let sql = format!("SELECT min(at) FROM event WHERE shop = ?1 AND {CLAIMABLE}");
    let at: Option<Option<i64>> = tx.find(&sql, [shop.as_str()], |row| Ok(row.get(0)?))?;
    Ok(at.flatten().map(Timestamp))
}

/// An event that was claimed for a send, if it still is.
pub(in crate::store) fn claimed(tx: Tx<'_>, id: i64) -> Result<Option<Candidate>> {
    let claimed = "event.id = ?1 AND event.ended = 0 AND event.sending = 1";
    Ok(candidates(tx, claimed, [id])?.pop())
}

pub(in crate::store) fn candidate(tx: Tx<'_>, id: i64) -> Result<Option<Candidate>> {
    Ok(candidates(tx, "event.id = ?1", [id])?.pop())
}

pub(in crate::store) fn not_ended(tx: Tx<'_>, id: i64) -> Result<Option<OpenEvent>> {
    Ok(open_events(tx, "id = ?1 AND ended = 0", [id])?.pop())
}

/// Of these, or of all: those whose send nobody has settled.
pub(in crate::store) fn under_way(tx: Tx<'_>, id: Option<i64>) -> Result<Vec<OpenEvent>> {
    match id {
        Some(id) => open_events(tx, "id = ?1 AND ended = 0 AND sending = 1", [id]),
        None => open_events(tx, "ended = 0 AND sending = 1", []),
    }
}

/// Some of what waits past its horizon.
pub(in crate::store) fn past_horizon(
    tx: Tx<'_>,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<OpenEvent>> {
    let late = "ended = 0 AND sending = 0 AND horizon <= ?1 LIMIT ?2";
    open_events(tx, late, params![now.0, limit])
}

/// What has not ended, hangs on `link` and rests on evidence up to `until`; `true`: it is under
/// way.
pub(in crate::store) fn withdrawable(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link<'_>,
    until: Timestamp,
) -> Result<Vec<(OpenEvent, bool)>> {
    let (column, key) = columns::of_link(&link);
    let sql = format!(
        "SELECT {OPEN}, sending FROM event WHERE shop = ?1 AND {column} = ?2 AND ended = 0
             AND evaluated_at <= ?3 AND payload IS NOT NULL"
    );
    tx.list(&sql, params![shop.as_str(), key, until.0], |row| {
        Ok((open_event(row)?, row.get(OPEN_COLUMNS)?))
    })
}

// One event by its name.

/// An event that waits on evidence older than `evaluated_at`; `true`: of the same visitor.
pub(in crate::store) fn on_older_grant(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
    evaluated_at: Timestamp,
    visitor: Option<&KeyedHash>,
) -> Result<Option<(OpenEvent, bool)>> {
    let sql = format!(
        "SELECT {OPEN}, visitor IS NOT DISTINCT FROM ?4 FROM event
         WHERE shop = ?1 AND event_id = ?2 AND ended = 0 AND evaluated_at < ?3"
    );
    let keys = params![shop.as_str(), event_id.as_str(), evaluated_at.0, visitor];
    tx.find(&sql, keys, |row| Ok((open_event(row)?, row.get(OPEN_COLUMNS)?)))
}

/// An event that waits, and of which TikTok cannot have a copy by all that was known.
pub(in crate::store) fn without_copy(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<OpenEvent>> {
    let of = "shop = ?1 AND event_id = ?2 AND ended = 0 AND first_copy = 0";
    Ok(open_events(tx, of, [shop.as_str(), event_id.as_str()])?.pop())
}

pub(in crate::store) fn erasable(tx: Tx<'_>, id: i64) -> Result<Option<Erasable>> {
    let sql = format!("SELECT {OPEN}, sending, receipt FROM event WHERE id = ?1");
    tx.find(&sql, [id], |row| {
        let (sending, receipt) = (row.get(OPEN_COLUMNS)?, row.get(OPEN_COLUMNS + 1)?);
        Ok(Erasable { open: open_event(row)?, sending, receipt })
    })
}

/// Rows of one condition each: SQLite would answer an `OR` of two by looking at all of a shop's
/// rows.
pub(in crate::store) fn linked(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link<'_>,
) -> Result<Vec<Linked<i64>>> {
    let (column, key) = columns::of_link(&link);
    let sql =
        format!("SELECT id, checkout, cart, visitor FROM event WHERE shop = ?1 AND {column} = ?2");
    tx.list(&sql, params![shop.as_str(), key], columns::linked)
}

/// Those of one order, which Shopify names by a bare number in one place and by an address in
/// another. `+shop` keeps SQLite from the index of the shop's events: the order's is to be used.
pub(in crate::store) fn of_order(
    tx: Tx<'_>,
    shop: &ShopDomain,
    order_number: &str,
) -> Result<Vec<Linked<i64>>> {
    let sql = "SELECT id, checkout, cart, visitor FROM event
               WHERE +shop = ?1 AND order_id IN (?2, 'gid://shopify/Order/' || ?2)";
    tx.list(sql, [shop.as_str(), order_number], columns::linked)
}

/// Those that concern this e-mail address or phone number.
pub(in crate::store) fn of_contact(
    tx: Tx<'_>,
    shop: &ShopDomain,
    who: &KeyedHash,
) -> Result<Vec<Linked<i64>>> {
    let sql = "SELECT id, checkout, cart, visitor FROM event
               WHERE +shop = ?1 AND id IN
                   (SELECT event FROM customer WHERE shop = ?1 AND who = ?2)";
    tx.list(sql, params![shop.as_str(), who], columns::linked)
}
