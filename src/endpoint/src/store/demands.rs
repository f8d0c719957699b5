//! What Shopify's compliance topics demand. On record before the webhook is answered, open until it is carried out; from then
//! on a bare record, whose contacts and orders are gone.

use assent_gate::settings::ShopDomain;
use assent_gate::shopify::compliance::{Ask, ComplianceTopic, Demand};
use assent_gate::time::{DAY, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Serialize;

use super::index::{self, IndexKey, Who};
use super::order::is_first;
use super::reach::{Reach, Reached, Sought};
use super::{Erased, Store, StoreError, accept, erase};

/// Shopify wants it completed within 30 days of its receipt
/// (<https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance>).
const TIME_TO_ANSWER: i64 = 30 * DAY;
/// Records of one list: the open ones go first, then the latest done.
const MOST_RECORDS: i64 = 500;

/// A demand that waits to be carried out.
#[derive(Debug, Clone)]
pub struct Open {
    pub id: i64,
    pub shop: ShopDomain,
    pub ask: Ask,
    pub received_at: Timestamp,
    pub due_at: Timestamp,
    pub(super) whom: Named,
}

/// By what its customer can be found, as the store has it.
#[derive(Clone)]
pub(super) struct Named {
    contacts: Vec<Who>,
    orders: Vec<String>,
}

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Named(…)")
    }
}

/// A demand as it may be shown: it names nobody. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Record {
    pub id: i64,
    pub shop: String,
    pub topic: String,
    /// Shopify's number of a data request.
    pub request: Option<String>,
    pub received_at: i64,
    pub due_at: i64,
    pub done_at: Option<i64>,
    /// Counts in words, or the file with the report.
    pub outcome: Option<String>,
}

impl Store {
    /// Puts a demand on record; its number. `None`: this delivery had come before. The same demand while it is still open is
    /// one.
    pub async fn demand(
        &self,
        shop: &ShopDomain,
        webhook: Option<String>,
        demand: Demand,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        let key = self.keys.get(shop).ok_or(StoreError::Gone)?.clone();
        let shop = shop.clone();
        let record = move |tx: &Connection| {
            if !is_first(tx, shop.as_str(), webhook.as_deref(), now)? {
                return Ok(None);
            }
            put(tx, &shop, &key, &demand, now).map(Some)
        };
        self.writer.write(record).await
    }

    /// What is to be carried out, the oldest first.
    pub async fn open_demands(&self) -> Result<Vec<Open>, StoreError> {
        self.writer.write(open).await
    }

    /// Erases the customer whom a demand names, and is done with it.
    pub async fn erase_demanded(&self, open: Open, now: Timestamp) -> Result<String, StoreError> {
        let outcome = self.writer.write(move |tx| {
            let reached = reach(tx, &open)?;
            let outcome = in_words(erase::rows(tx, &reached.rows, now)?);
            done(tx, open.id, &outcome, now)?;
            Ok(outcome)
        });
        let outcome = outcome.await?;
        self.writer.fold().await?;
        Ok(outcome)
    }

    /// It has been carried out elsewhere, with this outcome.
    pub async fn demand_done(&self, id: i64, outcome: String, now: Timestamp) -> Result<(), StoreError> {
        self.writer.write(move |tx| done(tx, id, &outcome, now)).await?;
        self.writer.fold().await.map(|_| ())
    }
}

fn put(tx: &Connection, shop: &ShopDomain, key: &IndexKey, demand: &Demand, now: Timestamp) -> rusqlite::Result<i64> {
    let Demand { shop: _, ask, contacts, orders } = demand;
    let request = match ask {
        Ask::Report { request } => request.as_deref(),
        Ask::EraseCustomer | Ask::EraseShop => None,
    };
    let contacts: Vec<String> = contacts.iter().map(|contact| index::to_hex(&key.who(contact))).collect();
    let (contacts, orders) = (accept::to_json(&contacts)?, accept::to_json(orders)?);
    let what = params![shop.as_str(), ask.topic().name(), request, contacts, orders];
    let same =
        "SELECT id FROM demand WHERE shop = ?1 AND topic = ?2 AND request IS ?3 AND contacts = ?4 AND orders = ?5
                AND done_at IS NULL";
    if let Some(id) = tx.prepare_cached(same)?.query_row(what, |row| row.get(0)).optional()? {
        return Ok(id);
    }
    tx.prepare_cached(
        "INSERT INTO demand (shop, topic, request, contacts, orders, received_at, due_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING id",
    )?
    .query_row(
        params![shop.as_str(), ask.topic().name(), request, contacts, orders, now.0, now.plus(TIME_TO_ANSWER).0],
        |row| row.get(0),
    )
}

fn open(tx: &Connection) -> rusqlite::Result<Vec<Open>> {
    let mut find = tx.prepare_cached(
        "SELECT id, shop, topic, request, received_at, due_at, contacts, orders FROM demand WHERE done_at IS NULL
         ORDER BY id",
    )?;
    let mut rows = find.query([])?;
    let mut open = Vec::new();
    while let Some(row) = rows.next()? {
        match read(row)? {
            Some(demand) => open.push(demand),
            // One damaged row must not keep the others from being carried out. It stays open, and is shown as such.
            None => {
                let id: i64 = row.get(0)?;
                tracing::error!(demand = id, "a demand cannot be read; it has to be met by hand");
            }
        }
    }
    Ok(open)
}

/// `None`: not as this release writes it.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<Open>> {
    let (shop, topic): (String, String) = (row.get(1)?, row.get(2)?);
    let texts = |column: usize| -> rusqlite::Result<Option<Vec<String>>> {
        Ok(row.get_ref(column)?.as_bytes_or_null()?.and_then(|json| serde_json::from_slice(json).ok()))
    };
    let contacts = texts(6)?.and_then(|hexes| hexes.iter().map(|hex| index::of_hex(hex)).collect());
    let (Ok(shop), Ok(topic), Some(contacts), Some(orders)) = (shop.parse(), topic.parse(), contacts, texts(7)?) else {
        return Ok(None);
    };
    let ask = match topic {
        ComplianceTopic::DataRequest => Ask::Report { request: row.get(3)? },
        ComplianceTopic::CustomerRedact => Ask::EraseCustomer,
        ComplianceTopic::ShopRedact => Ask::EraseShop,
    };
    let (received_at, due_at) = (Timestamp(row.get(4)?), Timestamp(row.get(5)?));
    Ok(Some(Open { id: row.get(0)?, shop, ask, received_at, due_at, whom: Named { contacts, orders } }))
}

/// All that its contacts and orders lead to.
pub(super) fn reach(store: &Connection, open: &Open) -> rusqlite::Result<Reached> {
    let Named { contacts, orders } = &open.whom;
    let contacts = contacts.iter().map(|who| Sought::Contact(who.clone()));
    let mut sought = contacts.chain(orders.iter().map(|order| Sought::Order(order)));
    sought.try_fold(Reached::default(), |reached, sought| Ok(reached.and(Reach::of(store, &open.shop, &sought)?)))
}

/// What is done needs no names.
pub(super) fn done(tx: &Connection, id: i64, outcome: &str, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE demand SET done_at = ?2, outcome = ?3, contacts = NULL, orders = NULL WHERE id = ?1 AND done_at IS NULL",
    )?
    .execute(params![id, now.0, outcome])
    .map(|_| ())
}

fn in_words(erased: Erased) -> String {
    if erased == Erased::default() {
        return "nothing of this customer was kept".to_owned();
    }
    let Erased { undelivered, ended, contexts, receipts, orders } = erased;
    format!(
        "undelivered events erased: {undelivered}; links of ended events cut: {ended}; contexts erased: {contexts}; \
         orders erased: {orders}; receipts left bare: {receipts}"
    )
}

const RECORD: &str = "SELECT id, shop, topic, request, received_at, due_at, done_at, outcome FROM demand";

/// Open ones first, by their deadline; then those that are done, the latest first.
pub fn records(store: &Connection) -> rusqlite::Result<Vec<Record>> {
    let order = "ORDER BY done_at IS NOT NULL, iif(done_at IS NULL, due_at, -done_at), id LIMIT ?1";
    store.prepare(&format!("{RECORD} {order}"))?.query_map([MOST_RECORDS], record)?.collect()
}

/// Those whose deadline still runs, or has passed.
pub fn open_records(store: &Connection) -> rusqlite::Result<Vec<Record>> {
    store.prepare(&format!("{RECORD} WHERE done_at IS NULL ORDER BY due_at, id"))?.query_map([], record)?.collect()
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        id: row.get(0)?,
        shop: row.get(1)?,
        topic: row.get(2)?,
        request: row.get(3)?,
        received_at: row.get(4)?,
        due_at: row.get(5)?,
        done_at: row.get(6)?,
        outcome: row.get(7)?,
    })
}
