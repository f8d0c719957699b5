//! A connection to the database, whichever engine runs it.

use std::ops::Deref;

use super::error::Result;
use super::row::Row;
use super::statement::Statement;
use super::value::Params;

#[derive(Debug)]
pub(in crate::store) enum Connection {
    Sqlite(rusqlite::Connection),
}

impl From<rusqlite::Connection> for Connection {
    fn from(connection: rusqlite::Connection) -> Self {
        Self::Sqlite(connection)
    }
}

/// Statements.
impl Connection {
    /// It is kept for the next time.
    pub(in crate::store) fn prepare_cached(&self, sql: &str) -> Result<Statement<'_>> {
        match self {
            Self::Sqlite(connection) => Ok(Statement::Sqlite(connection.prepare_cached(sql)?)),
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
}

/// Transactions.
impl Connection {
    /// One that writes.
    pub(in crate::store) fn begin(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("BEGIN IMMEDIATE")?),
        }
    }

    pub(in crate::store) fn commit(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("COMMIT")?),
        }
    }

    pub(in crate::store) fn roll_back(&self) -> Result<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch("ROLLBACK")?),
        }
    }

    /// Whether the transaction that was begun is still there. SQLite ends one by itself on some failures
    /// (disk full): what follows must not commit on its own.
    pub(in crate::store) fn is_open(&self) -> bool {
        match self {
            Self::Sqlite(connection) => !connection.is_autocommit(),
        }
    }

    /// How many rows it has ever changed.
    pub(in crate::store) fn changes(&self) -> u64 {
        match self {
            Self::Sqlite(connection) => connection.total_changes(),
        }
    }

    /// One moment for all that is read of it.
    pub(in crate::store) fn moment(&self) -> Result<Moment<'_>> {
        match self {
            Self::Sqlite(connection) => connection.execute_batch("BEGIN DEFERRED")?,
        }
        Ok(Moment { connection: self })
    }
}

/// SQLite's own.
impl Connection {
    /// `None`: it is another engine's.
    pub(in crate::store) fn sqlite(&self) -> Option<&rusqlite::Connection> {
        match self {
            Self::Sqlite(connection) => Some(connection),
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
