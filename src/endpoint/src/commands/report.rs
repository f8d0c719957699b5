//! `assent report`: per day, shop and event, what became of what was accepted; and per day and shop, what became of the
//! orders that Shopify told of.

mod print;

use std::path::Path;

use assent_gate::time::Timestamp;
use rusqlite::Connection;
use serde::Serialize;

use crate::rules::debt::End;
use crate::store::demands::{Record, open_records};
use crate::store::read::orders::{OrderDay, order_days};
use crate::store::read::story::{Day, days, moment};
use crate::store::rows::pixel::{Seen, pixels};
use crate::store::{Store, StoreError};

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the report could not be written: {0}")]
    Json(#[from] serde_json::Error),
}

#[derive(Serialize)]
struct Report<'a> {
    from: Option<&'a str>,
    to: Option<&'a str>,
    days: Vec<Day>,
    orders: Vec<OrderDay>,
    notes: Vec<Note>,
}

/// What the shop should know beside its figures.
#[derive(Serialize)]
struct Note {
    shop: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pixels: Vec<Seen>,
    /// What Shopify demanded and is not done yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    demand: Option<Record>,
    note: String,
}

/// A day, `YYYY-MM-DD`.
pub fn day(text: &str) -> Result<String, String> {
    let exists = text.len() == 10 && format!("{text}T00:00:00Z").parse::<Timestamp>().is_ok();
    if exists { Ok(text.to_owned()) } else { Err("a day such as 2026-11-22 is expected".to_owned()) }
}

/// `from` and `to` are days (UTC), both included.
pub fn report(store: &Path, from: Option<&str>, to: Option<&str>, format: Format) -> Result<String, ReportError> {
    let connection = Store::read_only(store)?;
    let (first, last) = (from.unwrap_or("0000-00-00"), to.unwrap_or("9999-99-99"));
    let days = days(&connection, first, last).map_err(StoreError::from)?;
    let orders = order_days(&connection, first, last).map_err(StoreError::from)?;
    let notes = notes(&connection, first, last, &orders).map_err(StoreError::from)?;
    Ok(match format {
        Format::Json => serde_json::to_string_pretty(&Report { from, to, days, orders, notes })?,
        Format::Csv => print::csv(&days, &orders),
        Format::Table => {
            let text = print::table(&days, &orders);
            notes.iter().fold(text, |text, Note { note, .. }| text + "\n\n" + note)
        }
    })
}

/// One for each shop that more than one pixel reported in that time, one for each with orders without consent, and one for
/// each demand that is open now.
fn notes(store: &Connection, first: &str, last: &str, orders: &[OrderDay]) -> rusqlite::Result<Vec<Note>> {
    let seen = pixels(store, first, last)?;
    let shops = seen.chunk_by(|one, next| one.shop == next.shop).filter(|pixels| pixels.len() > 1);
    let of_pixels = shops.map(|pixels| of_pixels(store, pixels));
    let of_demands = open_records(store)?.into_iter().map(|demand| of_demand(store, demand));
    of_pixels.chain(without_consent(orders).into_iter().map(Ok)).chain(of_demands).collect()
}

fn without_consent(orders: &[OrderDay]) -> Vec<Note> {
    let end = End::NoConsentOnRecord.name();
    let mut shops: Vec<_> = orders.iter().filter(|day| day.ended.contains_key(end)).map(|day| &day.shop).collect();
    shops.sort();
    shops.dedup();
    let of = |shop: &String| {
        let own = orders.iter().filter(|day| day.shop == *shop);
        let (all, without) = own
            .fold((0, 0), |(all, without), day| (all + day.orders, without + day.ended.get(end).copied().unwrap_or(0)));
        let note = format!(
            "{shop}: of {all} orders {without} have no consent on record, and nothing of them was sent. Their shoppers \
             declined, never decided, had scripts blocked, or paid where no pixel runs (draft and phone orders, some \
             wallets). Without consent nothing leaves the browser, not even a count, so nobody can know which it was."
        );
        Note { shop: shop.clone(), pixels: Vec::new(), note, demand: None }
    };
    shops.into_iter().map(of).collect()
}

fn of_demand(store: &Connection, demand: Record) -> rusqlite::Result<Note> {
    let Record { shop, topic, request, received_at, due_at, .. } = &demand;
    let request = request.as_ref().map(|request| format!(" (request {request})")).unwrap_or_default();
    let note = format!(
        "{shop}: Shopify's {topic}{request} of {} is not done yet; it is due by {}. The server carries it out; if it does \
         not, its log says why.",
        moment(store, *received_at)?,
        moment(store, *due_at)?
    );
    Ok(Note { shop: shop.clone(), pixels: Vec::new(), note, demand: Some(demand) })
}

fn of_pixels(store: &Connection, pixels: &[Seen]) -> rusqlite::Result<Note> {
    let shop = pixels.first().map(|seen| seen.shop.clone()).unwrap_or_default();
    let named = |seen: &Seen| Ok(format!("{} (last seen {})", seen.name(), moment(store, seen.last_seen)?));
    let named = pixels.iter().map(named).collect::<rusqlite::Result<Vec<_>>>()?;
    let note = format!(
        "{shop} has more than one pixel of ours: {}. They report the same events under the same ids, so TikTok counts each \
         once. But each shopper's browser does the work twice, the settings of one can contradict the other's, and a \
         withdrawal is sent twice. Switch one off: extension/README.md says which.",
        named.join(", ")
    );
    Ok(Note { shop, pixels: pixels.to_vec(), demand: None, note })
}
