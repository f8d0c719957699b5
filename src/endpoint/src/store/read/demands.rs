//! Demands as they may be shown.

use rusqlite::{Connection, Row};
use serde::Serialize;

/// Records of one list: the open ones go first, then the latest done.
const MOST_RECORDS: i64 = 500;

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
