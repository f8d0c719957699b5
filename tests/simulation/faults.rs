//! A store that fails in the middle of a deed: every table can be made to refuse what is written to
//! it, as a statement that fails or as SQLite ends a transaction when the disk is full.

use rusqlite::{Connection, params};

use crate::dice::Dice;

const WAYS: [&str; 3] = ["INSERT", "UPDATE", "DELETE"];

pub(crate) fn prepare(store: &Connection) {
    let tables = tables(store);
    let mut sql = String::from(
        "BEGIN;
         CREATE TABLE simulated_fault (place TEXT PRIMARY KEY, how INTEGER NOT NULL);",
    );
    for table in tables {
        for way in WAYS {
            let place = format!("{way} {table}");
            for (how, raise) in [(1, "ABORT"), (2, "ROLLBACK")] {
                sql += &format!(
                    "CREATE TRIGGER \"{raise} {place}\" BEFORE {way} ON \"{table}\"
                     WHEN EXISTS (SELECT 1 FROM simulated_fault WHERE place = '{place}' AND how = {how})
                     BEGIN SELECT RAISE({raise}, 'a simulated fault'); END;"
                );
            }
        }
    }
    sql += "COMMIT;";
    store.execute_batch(&sql).expect("triggers");
}

fn tables(store: &Connection) -> Vec<String> {
    let sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    let mut find = store.prepare(sql).expect("a query");
    find.query_map([], |row| row.get(0)).expect("rows").map(|name| name.expect("a name")).collect()
}

pub(crate) fn arm(store: &Connection, dice: &mut Dice) {
    let tables = tables(store);
    let table = dice.one_of(&tables).expect("there are tables");
    let place = format!("{} {table}", WAYS[dice.below(WAYS.len())]);
    let sql = "INSERT OR REPLACE INTO simulated_fault (place, how) VALUES (?1, ?2)";
    store.execute(sql, params![place, dice.between(1, 2)]).expect("written");
}

pub(crate) fn disarm(store: &Connection) {
    store.execute("DELETE FROM simulated_fault", []).expect("written");
}
