//! A test of the store: a row into every table, which is taken back, and a page that is written anew as
//! it is.

use super::tx::Tx;
use crate::store::engine::{Engine, params};
use crate::store::error::Result;

/// A table's name and what an empty row of it is made of.
struct AnyTable {
    name: String,
    columns: String,
    values: String,
}

/// Fails where a commit would: the tables and their indexes are reached as a beacon would reach
/// them, and the commit has a page to write.
pub(in crate::store) fn write(tx: Tx<'_>) -> Result<()> {
    let tables = tables(tx)?;
    tx.execute("SAVEPOINT test_write", params![])?;
    let reached = tables.iter().try_for_each(|table| reach(tx, table));
    tx.execute("ROLLBACK TO test_write", params![])?;
    tx.execute("RELEASE test_write", params![])?;
    reached?;
    match tx.engine() {
        Engine::Sqlite => {
            let version: i64 = tx.one("PRAGMA user_version", params![], |row| Ok(row.get(0)?))?;
            tx.write(&format!("PRAGMA user_version = {version}"), params![])
        }
        // A transaction with a number of its own is written down.
        Engine::Postgres => tx.exists("SELECT pg_current_xact_id() IS NULL", params![]).map(|_| ()),
    }
}

fn reach(tx: Tx<'_>, table: &AnyTable) -> Result<()> {
    let AnyTable { name, columns, values } = table;
    tx.execute("SAVEPOINT reach", params![])?;
    let insert = format!("INSERT INTO \"{name}\" ({columns}) VALUES ({values})");
    let done = tx.execute(&insert, params![]);
    // What PostgreSQL refuses it takes back by itself, and all of the transaction before it.
    tx.execute("ROLLBACK TO reach", params![])?;
    match done {
        Ok(_) => Ok(()),
        // The table was reached, and has its own opinion of such a row.
        Err(error) if error.is_of_the_row() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Asked of the engine's own catalogue, so that no table can be forgotten. A number that is a row's key
/// is left to the engine.
fn tables(tx: Tx<'_>) -> Result<Vec<AnyTable>> {
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "SELECT tables.name, group_concat('\"' || columns.name || '\"'),
             group_concat(CASE columns.type WHEN 'TEXT' THEN '''''' WHEN 'BLOB' THEN 'x''''' ELSE '0' END)
         FROM pragma_table_list AS tables, pragma_table_info(tables.name) AS columns
         WHERE tables.schema = 'main' AND tables.type = 'table' AND tables.name NOT LIKE 'sqlite%'
             AND NOT (columns.pk = 1 AND columns.type = 'INTEGER' AND NOT tables.wr)
         GROUP BY tables.name"
        }
        Engine::Postgres => {
            "SELECT CAST(table_name AS TEXT), string_agg(quote_ident(column_name), ','),
             string_agg(CASE data_type WHEN 'bigint' THEN '0' WHEN 'double precision' THEN '0'
                 ELSE '''''' END, ',')
         FROM information_schema.columns
         WHERE table_schema = current_schema() AND is_identity = 'NO' AND EXISTS (SELECT 1 FROM pg_class
                 WHERE relname = table_name AND relkind IN ('r', 'p')
                     AND relnamespace = to_regnamespace(current_schema()))
         GROUP BY table_name"
        }
    };
    tx.list(sql, params![], |row| {
        Ok(AnyTable { name: row.get(0)?, columns: row.get(1)?, values: row.get(2)? })
    })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::store::engine::Whose;
    use crate::store::file;

    /// Every table and index of today's schema is reached: a damaged one could not hide.
    #[test]
    fn it_reaches_every_table_and_leaves_nothing() {
        let store = file::in_memory();
        let (tx, inserted) = (Tx::new(&store), Cell::new(0));
        let tables = tables(tx).expect("tables");
        store.begin(&[Whose::Nobodys]).expect("a transaction");
        for table in &tables {
            let AnyTable { name, columns, values } = table;
            let sql = format!("INSERT INTO \"{name}\" ({columns}) VALUES ({values})");
            inserted
                .set(inserted.get() + tx.execute(&sql, params![]).expect("a row of this table"));
        }
        store.roll_back().expect("it is taken back");
        let all =
            "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'";
        let all: u32 = store.query_row(all, params![], |row| row.get(0)).expect("a number");
        assert_eq!(inserted.get(), usize::try_from(all).expect("a few"));
        write(tx).expect("it is tested");
        for AnyTable { name, .. } in &tables {
            let count = format!("SELECT count(*) FROM \"{name}\"");
            let left: i64 = store.query_row(&count, params![], |row| row.get(0)).expect("a number");
            assert_eq!(left, 0, "{name}");
        }
    }
}
