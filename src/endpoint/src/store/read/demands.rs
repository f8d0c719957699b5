//! What Shopify's compliance topics demanded, as it is on record.

use crate::store::engine::{self, Connection, Row, params};
use serde::Serialize;

/// Demands of one list.
const MOST: i64 = 500;

/// A demand as it may be shown: it names nobody. Times are Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemandOnRecord {
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

/// What [`demand`] reads, in this order.
const DEMAND: &str = "SELECT id, shop, topic, request, received_at, due_at, done_at, outcome
     FROM demand";

/// The open ones first, by their deadline; then those that are done, the latest first.
pub(in crate::store) fn all(store: &Connection) -> engine::Result<Vec<DemandOnRecord>> {
    let order = "ORDER BY done_at IS NOT NULL,
         CASE WHEN done_at IS NULL THEN due_at ELSE -done_at END, id LIMIT ?1";
    store.prepare_cached(&format!("{DEMAND} {order}"))?.query_map(params![MOST], demand)?.collect()
}

/// Those that are not done, by their deadline, which may have passed.
pub(in crate::store) fn open(store: &Connection) -> engine::Result<Vec<DemandOnRecord>> {
    let open = "WHERE done_at IS NULL ORDER BY due_at, id";
    store.prepare_cached(&format!("{DEMAND} {open}"))?.query_map(params![], demand)?.collect()
}

fn demand(row: &Row<'_>) -> engine::Result<DemandOnRecord> {
    Ok(DemandOnRecord {
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
