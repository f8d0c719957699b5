//! One transaction of the store, as the tables see it.

use crate::run_number::RunNumber;
use crate::store::engine::{Connection, Engine, EngineError, Params, Row, ToValue, params};
use crate::store::error::Result;
use crate::store::ledger::{Happened, Ledger};

/// All that a deed may touch. Only the tables beside this file can run a statement on it.
#[derive(Clone, Copy)]
pub(in crate::store) struct Tx<'a> {
    connection: &'a Connection,
    ledger: Option<&'a Ledger>,
}

impl<'a> Tx<'a> {
    /// `connection` is inside a transaction, and stays in it for as long as this lives.
    pub(in crate::store) fn new(connection: &'a Connection) -> Self {
        Self { connection, ledger: None }
    }

    /// One whose deeds are counted.
    pub(in crate::store) fn counted(connection: &'a Connection, ledger: &'a Ledger) -> Self {
        Self { connection, ledger: Some(ledger) }
    }

    pub(super) fn engine(self) -> Engine {
        self.connection.engine()
    }

    /// Of the endpoint whose transaction it is.
    pub(in crate::store) fn run(self) -> RunNumber {
        self.connection.run()
    }

    /// Told once this transaction is committed.
    pub(in crate::store) fn note(self, happened: Happened) {
        if let Some(ledger) = self.ledger {
            ledger.note(happened);
        }
    }

    /// `None`: nothing of this transaction is counted.
    pub(super) fn ledger(self) -> Option<&'a Ledger> {
        self.ledger
    }

    /// How many rows it changed.
    pub(super) fn execute(self, sql: &str, params: Params<'_>) -> Result<usize> {
        Ok(self.connection.prepare_cached(sql)?.execute(params)?)
    }

    /// As [`Self::execute`], where nobody asks how many.
    pub(super) fn write(self, sql: &str, params: Params<'_>) -> Result<()> {
        Ok(self.connection.write(sql, params)?)
    }

    /// The same for several rows of one table: `INSERT … VALUES (?1, ?2 …) …`.
    pub(super) fn write_each<const N: usize>(
        self,
        sql: &str,
        rows: &[[&dyn ToValue; N]],
    ) -> Result<()> {
        Ok(self.connection.write_each(sql, rows)?)
    }

    pub(super) fn exists(self, sql: &str, params: Params<'_>) -> Result<bool> {
        Ok(self.connection.prepare_cached(sql)?.exists(params)?)
    }

    /// The first row, if there is one.
    pub(super) fn find<T>(
        self,
        sql: &str,
        params: Params<'_>,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        rows.next()?.map(|row| read(&row)).transpose()
    }

    /// The row that a statement always has, such as the one that an upsert returns.
    pub(in crate::store) fn one<T>(
        self,
        sql: &str,
        params: Params<'_>,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        let found = self.find(sql, params, read)?;
        found.ok_or_else(|| EngineError::NoRow.into())
    }

    pub(super) fn list<T>(
        self,
        sql: &str,
        params: Params<'_>,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            found.push(read(&row)?);
        }
        Ok(found)
    }

    /// As [`Self::list`], where one damaged row must not keep the others from being read: what `read`
    /// makes nothing of is told by its number, in the first column.
    pub(super) fn list_sound<T>(
        self,
        sql: &str,
        params: Params<'_>,
        mut read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<(Vec<T>, Vec<i64>)> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(params)?;
        let (mut sound, mut damaged) = (Vec::new(), Vec::new());
        while let Some(row) = rows.next()? {
            match read(&row) {
                Ok(one) => sound.push(one),
                Err(_) => damaged.push(row.get(0)?),
            }
        }
        Ok((sound, damaged))
    }

    /// Some free pages back to the disk. SQLite frees one page a step of the statement, so it is
    /// stepped to its end.
    pub(in crate::store) fn give_back_pages(self) -> Result<()> {
        match self.engine() {
            Engine::Sqlite => {
                self.list("PRAGMA incremental_vacuum(64)", params![], |_| Ok(())).map(|_| ())
            }
            // Its own autovacuum does.
            Engine::Postgres => Ok(()),
        }
    }
}
