//! A connection to the database, whichever engine runs it.

use std::ops::Deref;

use super::dialect;
use super::error::Result;
use super::postgres::Postgres;
use super::row::Row;
use super::statement::Statement;
use super::value::{Params, ToValue};
use super::whose::Whose;
use crate::run_number::RunNumber;

#[derive(Debug)]
pub(in crate::store) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(Box<Postgres>),
}

impl From<rusqlite::Connection> for Connection {
    fn from(connection: rusqlite::Connection) -> Self {
        Self::Sqlite(connection)
    }
}

/// For the few statements that ask an engine's own catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Engine {
    Sqlite,
    Postgres,
}

impl Connection {
    /// Of the endpoint that works with it.
    pub(in crate::store) fn run(&self) -> RunNumber {
        match self {
            Self::Sqlite(_) => RunNumber::ALONE,
            Self::Postgres(connection) => connection.run(),
        }
    }

    pub(in crate::store) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) => Engine::Sqlite,
            Self::Postgres(_) => Engine::Postgres,
        }
    }
}

/// Statements.
impl Connection {
    /// It is kept for the next time.
    pub(in crate::store) fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        match self {
            Self::Sqlite(connection) => Ok(Statement::Sqlite(connection.prepare_cached(sql)?)),
            Self::Postgres(connection) => Ok(Statement::Postgres(connection, connection.text(sql))),
        }
    }

    /// The first row of an answer.
    pub(in crate::store) fn query_row<T>(
        &self,
        sql: &str,
        params: Params<'_>,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.prepare_cached(sql)?.query_row(params, read)
    }

    pub(in crate::store) fn execute(&self, sql: &str, params: Params<'_>) -> Result<usize> {
        self.prepare_cached(sql)?.execute(params)
    }

    /// Nobody asks how many rows it changes. PostgreSQL gets it together with what is asked next, and an error of it
    /// is told there, or at the end of its part.
    pub(in crate::store) fn write(&self, sql: &str, params: Params<'_>) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                Statement::Sqlite(connection.prepare_cached(sql)?).execute(params).map(|_| ())
            }
            Self::Postgres(connection) => connection.write(connection.text(sql), params),
        }
    }

    /// The same for several rows of one table, each with values of its own: `INSERT … VALUES (?1, ?2 …) …`.
    pub(in crate::store) fn write_each<const N: usize>(
        &self,
        sql: &str,
        rows: &[[&dyn ToValue; N]],
    ) -> Result<()> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = Statement::Sqlite(connection.prepare_cached(sql)?);
                rows.iter().try_for_each(|row| statement.execute(row).map(|_| ()))
            }
            Self::Postgres(_) if rows.is_empty() => Ok(()),
            Self::Postgres(connection) => {
                let sql = connection.text(&dialect::for_rows(sql, rows.len()));
                connection.write(sql, rows.as_flattened())
            }
        }
    }
}

/// A part of a transaction that can be taken back alone.
impl Connection {
    pub(in crate::store) fn begin_part(&self) -> Result<()> {
        self.write("SAVEPOINT job", &[])
    }

    /// Whether all of it has gone well.
    pub(in crate::store) fn end_part(&self) -> Result<()> {
        // Waited for, with all that was not waited for yet: an error is this part's, and as long as the release has not
        // been answered a later part could go back before this one.
        self.execute("RELEASE job", &[]).map(|_| ())
    }

    pub(in crate::store) fn undo_part(&self) -> Result<()> {
        if let Self::Postgres(connection) = self {
            // What went wrong has been told; this is to be taken back too.
            let _ = connection.flush();
        }
        self.execute("ROLLBACK TO job", &[])?;
        self.write("RELEASE job", &[])
    }
}

/// Transactions.
impl Connection {
    /// One that writes, once it is the turn of all of these. SQLite has one writer, whose turn it always is.
    pub(in crate::store) fn begin(&self, of: &[Whose]) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("BEGIN IMMEDIATE")?),
            Self::Postgres(connection) => connection.begin(of),
        }
    }

    /// Of which of these it is the turn too in the transaction under way. It is not waited for: two that waited
    /// for each other would wait for ever.
    pub(in crate::store) fn join(&self, of: &[Whose]) -> Result<Vec<bool>> {
        match self {
            Self::Sqlite(_) => Ok(vec![true; of.len()]),
            Self::Postgres(connection) => connection.join(of),
        }
    }

    pub(in crate::store) fn commit(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("COMMIT")?),
            Self::Postgres(connection) => connection.commit(),
        }
    }

    pub(in crate::store) fn roll_back(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("ROLLBACK")?),
            Self::Postgres(connection) => connection.roll_back(),
        }
    }

    /// Whether the transaction that was begun is still there. SQLite ends one by itself on some failures
    /// (disk full): what follows must not commit on its own.
    pub(in crate::store) fn is_open(&self) -> bool {
        match self {
            Self::Sqlite(connection) => !connection.is_autocommit(),
            Self::Postgres(connection) => connection.is_open(),
        }
    }

    /// How many rows it has ever changed.
    pub(in crate::store) fn changes(&self) -> u64 {
        match self {
            Self::Sqlite(connection) => connection.total_changes(),
            Self::Postgres(connection) => connection.changes(),
        }
    }

    /// One moment for all that is read of it.
    pub(in crate::store) fn moment(&self) -> Result<Moment<'_>> {
        match self {
            Self::Sqlite(connection) => connection.execute_batch("BEGIN DEFERRED")?,
            Self::Postgres(connection) => connection.begin_reading()?,
        }
        Ok(Moment { connection: self })
    }
}

impl From<Postgres> for Connection {
    fn from(connection: Postgres) -> Self {
        Self::Postgres(Box::new(connection))
    }
}

/// SQLite's own.
impl Connection {
    /// `None`: it is no file of SQLite's.
    pub(in crate::store) fn sqlite(&self) -> Option<&rusqlite::Connection> {
        match self {
            Self::Sqlite(connection) => Some(connection),
            Self::Postgres(_) => None,
        }
    }

    /// What SQLite says at the end of it.
    pub(in crate::store) fn close_file(self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.close().map_err(|(_, error)| error)?),
            Self::Postgres(_) => Ok(()),
        }
    }
}

/// PostgreSQL's own.
impl Connection {
    /// `None`: it is another engine's.
    pub(in crate::store) fn postgres(&self) -> Option<&Postgres> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(connection) => Some(connection.as_ref()),
        }
    }
}

/// A transaction that only reads; it ends with this.
pub(in crate::store) struct Moment<'a> {
    connection: &'a Connection,
}

impl Deref for Moment<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Moment<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.connection.roll_back() {
            tracing::debug!(%error, "a transaction that only read did not end by itself");
        }
    }
}
