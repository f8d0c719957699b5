//! States of the store that an exploration comes back to: all rows, kept and put back. Of a file they are kept in our
//! memory; a database keeps them itself, which is one question instead of twenty.

use std::cell::Cell;

use crate::support::rows::{Field, Rows, literals};

const TABLES: [&str; 9] = [
    "receipt",
    "context",
    "event",
    "order_fact",
    "webhook",
    "link",
    "withdrawal",
    "tally",
    "order_tally",
];

/// All rows of the store.
pub(super) enum Snapshot {
    Rows(Vec<(&'static str, Vec<Vec<Field>>)>),
    Number(u32),
}

#[derive(Default)]
pub(super) struct Shelf {
    next: Cell<u32>,
}

impl Shelf {
    pub(super) fn of(rows: &Rows) -> Self {
        if let Rows::Postgres(_) = rows {
            rows.run(&in_database(rows));
        }
        Self::default()
    }

    pub(super) fn keep(&self, rows: &Rows) -> Snapshot {
        match rows {
            Rows::Sqlite(_) => Snapshot::Rows(
                TABLES.map(|table| (table, rows.all(&format!("SELECT * FROM {table}")))).into(),
            ),
            Rows::Postgres(_) => {
                let number = self.next.get();
                self.next.set(number + 1);
                rows.run(&format!("CALL shelf.keep({number})"));
                Snapshot::Number(number)
            }
        }
    }

    pub(super) fn put_back(&self, rows: &Rows, snapshot: &Snapshot) {
        match snapshot {
            Snapshot::Rows(tables) => put_back(rows, tables),
            Snapshot::Number(number) => rows.run(&format!("CALL shelf.put_back({number})")),
        }
    }
}

fn put_back(rows: &Rows, tables: &[(&'static str, Vec<Vec<Field>>)]) {
    rows.run("BEGIN IMMEDIATE");
    for (table, of_table) in tables {
        rows.run(&format!("DELETE FROM {table}"));
        if !of_table.is_empty() {
            let of_table: Vec<String> = of_table.iter().map(|row| literals(row)).collect();
            rows.run(&format!("INSERT INTO {table} VALUES {}", of_table.join(", ")));
        }
    }
    rows.run("COMMIT");
}

/// Two procedures and a place for what they keep, in a schema of its own, so that the store does not see it. What was
/// claimed belongs to the endpoint that runs now: a crash has made another of it.
fn in_database(rows: &Rows) -> String {
    let (mut tables, mut keep, mut put_back) = (String::new(), String::new(), String::new());
    for table in TABLES {
        let columns: Vec<String> =
            rows.columns(table).into_iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let columns = columns.join(", ");
        tables += &format!(
            "CREATE UNLOGGED TABLE shelf.{table} AS SELECT 0 AS snapshot, * FROM {table} LIMIT 0;
             CREATE INDEX ON shelf.{table} (snapshot);"
        );
        keep += &format!("INSERT INTO shelf.{table} SELECT kept, * FROM {table};");
        put_back += &format!(
            "DELETE FROM {table};
             INSERT INTO {table} ({columns}) SELECT {columns} FROM shelf.{table} WHERE snapshot = kept;"
        );
    }
    format!(
        "CREATE SCHEMA shelf; {tables}
         CREATE PROCEDURE shelf.keep(kept integer) LANGUAGE plpgsql AS 'BEGIN {keep} END';
         CREATE PROCEDURE shelf.put_back(kept integer) LANGUAGE plpgsql AS 'BEGIN {put_back}
             UPDATE event SET sender = (SELECT run FROM endpoint WHERE seen_at > 0) WHERE sending > 0;
             END'"
    )
}
