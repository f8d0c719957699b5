//! How often consent ended, as far as that can be told.

use crate::store::engine::{self, Connection, params};
use assent_gate::time::Timestamp;

/// By the index of their ages. One withdrawal has a row for each thing that it names, all of one second; a
/// stranger's, that name what no beacon has named, are not counted.
const ENDED: &str = "SELECT count(DISTINCT received_at) FROM withdrawal
     WHERE shop = ?1 AND named = 1 AND received_at >= ?2";

/// At least so often since then: two within one second are counted as one.
pub(in crate::store) fn ended(
    store: &Connection,
    shop: &str,
    since: Timestamp,
) -> engine::Result<i64> {
    store.prepare_cached(ENDED)?.query_row(params![shop, since.0], |row| row.get(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file;

    #[test]
    fn they_are_counted_by_their_index_and_one_no_is_one() {
        let store = file::in_memory();
        let add = "INSERT INTO withdrawal (shop, who, at, received_at, named)
             VALUES ('acme', ?1, 0, ?2, ?3)";
        // A visitor with two anchors; another one; a stranger's; one of before.
        for (who, at, named) in
            [(1_u8, 10, 1), (2, 10, 1), (3, 10, 1), (4, 11, 1), (5, 12, 0), (6, 9, 1)]
        {
            store.execute(add, params![[who; 16], at, named]).expect("a row");
        }
        assert_eq!(ended(&store, "acme", Timestamp(10)).expect("a number"), 2);
        assert_eq!(ended(&store, "other", Timestamp(10)).expect("a number"), 0);
        let step = store.plan(ENDED).remove(0);
        assert!(
            step.contains("INDEX withdrawal_age (shop=? AND named=? AND received_at>?)"),
            "{step}"
        );
    }
}
