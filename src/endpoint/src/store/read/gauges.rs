//! How much waits in each shop's queue, and how old it is.

use crate::store::engine::{self, Connection, params};
use std::collections::BTreeMap;

use assent_gate::time::Timestamp;

use crate::rules::debt::Stage;

/// What of a shop has not ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ShopQueue {
    /// To be sent, or on its way.
    pub due: i64,
    /// Purchases that wait for their orders, parked ones among them.
    pub held: i64,
    /// When the oldest of those due was accepted.
    pub oldest_due: Option<Timestamp>,
    /// When the first of those due is past its horizon and lost.
    pub first_lost: Option<Timestamp>,
}

/// By shop; a shop of which nothing waits is not in it.
pub type Queues = BTreeMap<String, ShopQueue>;

/// One pass over what has not ended, by an index that holds nothing else: what it costs depends on
/// the backlog, never on the rows that lie there for a week. The `coalesce` keep SQLite from an index
/// that has the shops in order, and the ended rows too.
const OPEN: &str =
    "SELECT coalesce(shop, ''), coalesce(state, ''), count(*), min(received_at), min(horizon)
     FROM event WHERE ended = 0 GROUP BY 1, 2";

pub(in crate::store) fn queues(store: &Connection) -> engine::Result<Queues> {
    let mut counts = store.prepare_cached(OPEN)?;
    let mut rows = counts.query(params![])?;
    let mut queues = Queues::new();
    while let Some(row) = rows.next()? {
        let (state, n): (String, i64) = (row.get(1)?, row.get(2)?);
        let queue = queues.entry(row.get(0)?).or_default();
        match Stage::of_name(&state) {
            Some(Stage::Held | Stage::Parked) => queue.held += n,
            // A word that this release does not know waits all the same.
            Some(Stage::Due | Stage::Ended(_)) | None => {
                queue.due += n;
                queue.oldest_due = Some(Timestamp(row.get(3)?));
                queue.first_lost = Some(Timestamp(row.get(4)?));
            }
        }
    }
    Ok(queues)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file;

    /// Millions of ended rows lie in the table for a week.
    #[test]
    fn no_row_that_has_ended_is_looked_at() {
        let store = file::in_memory();
        let plan = store.plan(OPEN);
        let index = plan.iter().find_map(|step| Some(step.split_once("USING INDEX ")?.1));
        let index = index.expect("an index is used");
        let sql = "SELECT sql FROM sqlite_schema WHERE name = ?1";
        let made: String =
            store.query_row(sql, params![index], |row| row.get(0)).expect("an index of ours");
        assert!(made.contains("WHERE ended = 0"), "{made}");
    }
}
