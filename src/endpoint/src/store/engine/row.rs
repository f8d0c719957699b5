//! One row of an answer.

use rusqlite::types::ValueRef as OfSqlite;

use super::error::{EngineError, Result};
use super::postgres::Cell;
use super::value::{FromValue, ValueRef};

/// Borrowed: nothing of it is copied before somebody asks for it.
#[derive(Clone, Copy)]
pub(in crate::store) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a tokio_postgres::Row),
}

impl<'a> Row<'a> {
    /// The column's value; columns count from 0.
    pub(in crate::store) fn get<T: FromValue>(self, column: usize) -> Result<T> {
        T::from_value(self.get_ref(column)?)
            .map_err(|mismatch| EngineError::Value { column, mismatch })
    }

    /// As it stands there.
    pub(in crate::store) fn get_ref(self, column: usize) -> Result<ValueRef<'a>> {
        match self {
            Self::Sqlite(row) => Ok(match row.get_ref(column)? {
                OfSqlite::Null => ValueRef::Null,
                OfSqlite::Integer(number) => ValueRef::Integer(number),
                OfSqlite::Real(number) => ValueRef::Real(number),
                OfSqlite::Text(text) => ValueRef::Text(text),
                OfSqlite::Blob(bytes) => ValueRef::Blob(bytes),
            }),
            Self::Postgres(row) => Ok(row.try_get::<_, Cell<'a>>(column)?.0),
        }
    }
}
