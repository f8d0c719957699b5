//! How a store of an earlier release becomes one of this. A step is SQL that leads from one schema to
//! the next; each is one transaction, after a copy of the whole file was made.
//!
//! From the first release on: whoever changes `schema.sql` raises the number of the schema and adds
//! a step at the end of the list. A step is never changed again.

use std::path::PathBuf;

use rusqlite::Connection;

use crate::store::error::{Result, StoreError};

/// SQL that makes of a store of one schema one of the next.
type Step = &'static str;

/// The last leads to the present schema. Nothing was released before it.
const STEPS: &[Step] = &[];

/// What the file is, seen from this release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    /// There are no tables yet.
    New,
    Present,
    /// Steps lead from it to the present.
    Earlier {
        found: i64,
    },
}

/// `known` is the schema that this release makes.
pub(super) fn age(connection: &Connection, known: i64) -> Result<Age> {
    age_by(connection, known, STEPS)
}

fn age_by(connection: &Connection, known: i64, steps: &[Step]) -> Result<Age> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let missing = known - found;
    let path = || PathBuf::from(connection.path().unwrap_or_default());
    match usize::try_from(missing) {
        _ if found == 0 => Ok(Age::New),
        Ok(0) => Ok(Age::Present),
        Ok(missing) if missing <= steps.len() => Ok(Age::Earlier { found }),
        Ok(_) => Err(StoreError::Unreleased { path: path(), found, known }),
        Err(_) => Err(StoreError::Later { path: path(), found, known }),
    }
}

/// Takes every step that is left; how many there were. The file has been copied.
pub(super) fn migrate(connection: &mut Connection, known: i64) -> Result<usize> {
    migrate_by(connection, known, STEPS)
}

fn migrate_by(connection: &mut Connection, known: i64, steps: &[Step]) -> Result<usize> {
    let Age::Earlier { found } = age_by(connection, known, steps)? else { return Ok(0) };
    let left = usize::try_from(known - found).unwrap_or(0);
    let left = &steps[steps.len() - left..];
    for (step, schema) in left.iter().zip(found + 1..) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", schema)?;
        transaction.commit()?;
    }
    Ok(left.len())
}

#[cfg(test)]
mod tests {
    use super::super::make_tables;
    use super::*;
    use crate::store::schema::NUMBER;

    const MADE_UP: Step = "CREATE TABLE made_up (a TEXT NOT NULL) STRICT;
                           INSERT INTO made_up SELECT domain FROM shop;";
    const FAILS: Step = "INSERT INTO made_up VALUES ('half'); INSERT INTO made_up VALUES (NULL);";

    fn store() -> Connection {
        let mut connection = Connection::open_in_memory().expect("a store");
        make_tables(&mut connection).expect("tables");
        let sql = "INSERT INTO shop (domain, index_key) VALUES ('acme.myshopify.com', x'00')";
        connection.execute(sql, []).expect("a row");
        connection
    }

    fn texts(connection: &Connection, sql: &str) -> Vec<String> {
        let mut statement = connection.prepare(sql).expect("SQL");
        let rows = statement.query_map([], |row| row.get(0)).expect("rows");
        rows.map(|row| row.expect("a text")).collect()
    }

    #[test]
    fn a_step_leads_an_earlier_store_to_the_present_with_all_its_rows() {
        let mut connection = store();
        let (steps, later) = ([MADE_UP], NUMBER + 1);
        assert_eq!(age_by(&connection, NUMBER, &[]).expect("known"), Age::Present);
        assert_eq!(
            age_by(&connection, later, &steps).expect("known"),
            Age::Earlier { found: NUMBER }
        );
        assert_eq!(migrate_by(&mut connection, later, &steps).expect("it is migrated"), 1);
        assert_eq!(age_by(&connection, later, &steps).expect("known"), Age::Present);
        assert_eq!(texts(&connection, "SELECT a FROM made_up"), ["acme.myshopify.com"]);
        assert_eq!(migrate_by(&mut connection, later, &steps).expect("nothing is left"), 0);
        // The release that lacks the step refuses what came of it.
        let refused = age(&connection, NUMBER).expect_err("it is later");
        assert!(matches!(refused, StoreError::Later { found, known, .. }
            if (found, known) == (later, NUMBER)));
    }

    #[test]
    fn a_step_that_fails_leaves_the_store_as_the_one_before_it_made_it() {
        let mut connection = store();
        let (steps, later) = ([MADE_UP, FAILS, "CREATE TABLE never (a)"], NUMBER + 3);
        migrate_by(&mut connection, later, &steps).expect_err("it fails");
        assert_eq!(
            age_by(&connection, later, &steps).expect("known"),
            Age::Earlier { found: NUMBER + 1 }
        );
        assert_eq!(texts(&connection, "SELECT a FROM made_up"), ["acme.myshopify.com"]);
        assert!(
            texts(&connection, "SELECT name FROM sqlite_schema WHERE name = 'never'").is_empty()
        );
        // Mended, the rest is taken up from there.
        let steps = [MADE_UP, "INSERT INTO made_up VALUES ('whole')", "CREATE TABLE never (a)"];
        assert_eq!(migrate_by(&mut connection, later, &steps).expect("it is migrated"), 2);
        assert_eq!(texts(&connection, "SELECT a FROM made_up"), ["acme.myshopify.com", "whole"]);
    }

    #[test]
    fn what_was_never_released_is_refused() {
        let connection = store();
        connection.pragma_update(None, "user_version", NUMBER - 1).expect("it is changed");
        let refused = age_by(&connection, NUMBER + 1, &[MADE_UP]).expect_err("no step leads there");
        assert!(matches!(refused, StoreError::Unreleased { .. }));
    }
}
