//! How our nouns stand in columns.

use crate::store::engine::{
    self, EngineError, FromValue, Kind, Mismatch, OfKind, Row, ToValue, Value, ValueRef,
};
use assent_gate::hex::EventId;
use assent_gate::time::{DAY, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::rules::debt::{FirstCopy, Stage, State};
use crate::store::error::{Result, StoreError};
use crate::store::links::{Link, Links};

impl ToValue for Link {
    fn to_value(&self) -> Value<'_> {
        Value::Blob(self.bytes())
    }
}

impl OfKind for Link {
    const KIND: Kind = Kind::Blob;
}

impl FromValue for Link {
    fn from_value(value: ValueRef<'_>) -> engine::Result<Self, Mismatch> {
        <[u8; Self::BYTES]>::from_value(value).map(Self::new)
    }
}

/// The columns `checkout`, `cart`, `visitor` and `customer`, which begin at `column`.
pub(in crate::store) fn links_at(row: &Row<'_>, column: usize) -> Result<Links> {
    let customer = row.get_ref(column + 3)?.as_blob_or_null().map_err(EngineError::from)?;
    let (customer, rest) = customer.unwrap_or_default().as_chunks();
    if !rest.is_empty() {
        return Err(EngineError::from(Mismatch("list of links")).into());
    }
    Ok(Links {
        checkout: row.get(column)?,
        cart: row.get(column + 1)?,
        visitor: row.get(column + 2)?,
        customer: customer.iter().copied().map(Link::new).collect(),
    })
}

/// The column `customer`: several links in one.
pub(super) fn customer(customer: &[Link]) -> Option<Vec<u8>> {
    let bytes: Vec<u8> = customer.iter().flat_map(|link| *link.bytes()).collect();
    (!bytes.is_empty()).then_some(bytes)
}

/// An `event_id` as its 16 bytes.
pub(in crate::store) fn of_event_id(id: &EventId) -> [u8; 16] {
    let half = Link::of_hex(id.as_str()).expect("an event_id is 32 hex characters");
    *half.bytes()
}

pub(in crate::store) fn event_id(row: &Row<'_>, column: usize) -> engine::Result<String> {
    Ok(row.get::<Link>(column)?.to_hex())
}

pub(in crate::store) fn event_id_or_null(
    row: &Row<'_>,
    column: usize,
) -> engine::Result<Option<String>> {
    Ok(row.get::<Option<Link>>(column)?.map(Link::to_hex))
}

pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    Ok(Timestamp(row.get(column)?))
}

pub(super) fn first_copy(row: &Row<'_>, column: usize) -> Result<FirstCopy> {
    Ok(FirstCopy::of(row.get::<Option<i64>>(column)?.map(Timestamp)))
}

/// The day of a time, as the counts have it: days since 1970-01-01, UTC.
pub(super) fn day(at: Timestamp) -> i64 {
    at.0.div_euclid(DAY)
}

/// A state as its word and its time: when it is due or released, or when it ended.
pub(super) fn of_state(state: State, now: Timestamp) -> (&'static str, Timestamp) {
    let at = match state {
        State::Held { release_at } => release_at,
        State::Due { at } => at,
        State::Parked | State::Ended(_) => now,
    };
    (state.stage().name(), at)
}

pub(super) fn state(row: &Row<'_>, word: usize, at: usize) -> Result<State> {
    Ok(match stage(row, word)? {
        Stage::Held => State::Held { release_at: time(row, at)? },
        Stage::Parked => State::Parked,
        Stage::Due => State::Due { at: time(row, at)? },
        Stage::Ended(end) => State::Ended(end),
    })
}

/// `None`: a word that this release does not know.
pub(super) fn known_stage(row: &Row<'_>, column: usize) -> Result<Option<Stage>> {
    let word = row.get_ref(column)?.as_str().map_err(EngineError::from)?;
    Ok(Stage::of_name(word))
}

pub(in crate::store) fn stage(row: &Row<'_>, column: usize) -> Result<Stage> {
    let word = row.get_ref(column)?.as_str().map_err(EngineError::from)?;
    let damaged = || StoreError::Damaged { expected: "state", value: word.to_owned() };
    Stage::of_name(word).ok_or_else(damaged)
}

pub(super) fn json(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// The column's text, unless it is null.
pub(super) fn text<'row>(row: &'row Row<'_>, column: usize) -> Result<Option<&'row [u8]>> {
    Ok(row.get_ref(column)?.as_bytes_or_null().map_err(EngineError::from)?)
}

/// `None`: null, or not as this release writes it.
pub(super) fn of_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>> {
    Ok(text(row, column)?.and_then(|text| serde_json::from_slice(text).ok()))
}
