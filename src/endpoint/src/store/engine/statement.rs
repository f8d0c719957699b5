//! A statement that is about to be run.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef as OfSqlite};

use super::error::{EngineError, Result};
use super::postgres::Postgres;
use super::row::Row;
use super::rows::{Mapped, Rows};
use super::value::{Params, ToValue, Value};

pub(in crate::store) enum Statement<'a> {
    Sqlite(rusqlite::CachedStatement<'a>),
    Postgres(&'a Postgres, Arc<str>),
}

impl Statement<'_> {
    /// How many rows it changed.
    pub(in crate::store) fn execute(&mut self, params: Params<'_>) -> Result<usize> {
        match self {
            Self::Sqlite(statement) => Ok(statement.execute(sqlite(params))?),
            Self::Postgres(connection, sql) => connection.execute(sql, params),
        }
    }

    pub(in crate::store) fn query(&mut self, params: Params<'_>) -> Result<Rows<'_>> {
        match self {
            Self::Sqlite(statement) => Ok(Rows::Sqlite(statement.query(sqlite(params))?)),
            Self::Postgres(connection, sql) => {
                Ok(Rows::Postgres(connection.query(sql, params)?, 0))
            }
        }
    }

    pub(in crate::store) fn query_map<T, F: FnMut(&Row<'_>) -> Result<T>>(
        &mut self,
        params: Params<'_>,
        read: F,
    ) -> Result<Mapped<'_, F>> {
        Ok(Mapped { rows: self.query(params)?, read })
    }

    /// The first row. [`EngineError::NoRow`]: there is none.
    pub(in crate::store) fn query_row<T>(
        &mut self,
        params: Params<'_>,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut rows = self.query(params)?;
        let row = rows.next()?.ok_or(EngineError::NoRow)?;
        read(&row)
    }

    pub(in crate::store) fn exists(&mut self, params: Params<'_>) -> Result<bool> {
        Ok(self.query(params)?.next()?.is_some())
    }
}

struct ForSqlite<'a>(&'a dyn ToValue);

fn sqlite<'a>(params: Params<'a>) -> impl rusqlite::Params + 'a {
    rusqlite::params_from_iter(params.iter().map(|value| ForSqlite(*value)))
}

impl rusqlite::ToSql for ForSqlite<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0.to_value() {
            Value::Null(_) => OfSqlite::Null,
            Value::Integer(number) => OfSqlite::Integer(number),
            Value::Real(number) => OfSqlite::Real(number),
            Value::Text(text) => OfSqlite::Text(text.as_bytes()),
            Value::Blob(bytes) => OfSqlite::Blob(bytes),
        }))
    }
}
