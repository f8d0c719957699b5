//! How our nouns stand in columns.

use assent_gate::hex::Anchor;
use assent_gate::time::{DAY, Timestamp};
use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::rules::debt::{Stage, State};
use crate::store::error::{Result, StoreError};
use crate::store::links::{Link, Linked, Links, WithdrawalSubject};
use crate::store::pseudonym_key::KeyedHash;

impl ToSql for KeyedHash {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(ValueRef::Blob(self.bytes())))
    }
}

impl FromSql for KeyedHash {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Vec::<u8>::column_result(value).map(Self::new)
    }
}

/// A link's column, in the tables that name it so, and its value.
pub(super) fn of_link<'a>(link: &'a Link<'a>) -> (&'static str, &'a dyn ToSql) {
    match link {
        Link::Checkout(anchor) => ("checkout", anchor),
        Link::Cart(anchor) => ("cart", anchor),
        Link::Visitor(visitor) => ("visitor", *visitor),
    }
}

pub(super) fn anchor(anchor: Option<&Anchor>) -> Option<&str> {
    anchor.map(Anchor::as_str)
}

/// The columns `checkout`, `cart` and `visitor` of a row's links.
pub(super) fn links(links: &Links) -> (Option<&str>, Option<&str>, Option<&KeyedHash>) {
    (anchor(links.checkout.as_ref()), anchor(links.cart.as_ref()), links.visitor.as_ref())
}

/// Whom a withdrawal could name of a row whose `checkout`, `cart` and `visitor` begin at `column`.
pub(super) fn named(row: &Row<'_>, column: usize) -> Result<Vec<WithdrawalSubject>> {
    let (checkout, cart): (Option<String>, Option<String>) =
        (row.get(column)?, row.get(column + 1)?);
    let visitor: Option<KeyedHash> = row.get(column + 2)?;
    Ok(WithdrawalSubject::all(checkout.as_deref(), cart.as_deref(), visitor.as_ref()))
}

/// A row's key, and its checkout, cart and visitor.
pub(super) fn linked<Key: FromSql>(row: &Row<'_>) -> Result<Linked<Key>> {
    let anchors = [row.get::<_, Option<String>>(1)?, row.get(2)?];
    let anchors = anchors.into_iter().flatten().collect();
    Ok(Linked { key: row.get(0)?, anchors, visitor: row.get(3)? })
}

pub(super) fn time(row: &Row<'_>, column: usize) -> Result<Timestamp> {
    Ok(Timestamp(row.get(column)?))
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
    let word = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    Ok(Stage::of_name(word))
}

pub(in crate::store) fn stage(row: &Row<'_>, column: usize) -> Result<Stage> {
    let word = row.get_ref(column)?.as_str().map_err(rusqlite::Error::from)?;
    let damaged = || StoreError::Damaged { expected: "state", value: word.to_owned() };
    Stage::of_name(word).ok_or_else(damaged)
}

pub(super) fn json(value: &impl Serialize) -> Result<String> {
    Ok(serde_json::to_string(value)?)
}

/// The column's text, unless it is null.
pub(super) fn text<'row>(row: &'row Row<'_>, column: usize) -> Result<Option<&'row [u8]>> {
    Ok(row.get_ref(column)?.as_bytes_or_null().map_err(rusqlite::Error::from)?)
}

/// `None`: null, or not as this release writes it.
pub(super) fn of_json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> Result<Option<T>> {
    Ok(text(row, column)?.and_then(|text| serde_json::from_slice(text).ok()))
}
