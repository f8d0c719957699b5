//! The rows of an answer, one after the other.

use super::error::Result;
use super::row::Row;

pub(in crate::store) enum Rows<'a> {
    Sqlite(rusqlite::Rows<'a>),
    /// All of them, and how many have been read.
    Postgres(Vec<tokio_postgres::Row>, usize),
}

impl Rows<'_> {
    pub(in crate::store) fn next(&mut self) -> Result<Option<Row<'_>>> {
        match self {
            Self::Sqlite(rows) => Ok(rows.next()?.map(Row::Sqlite)),
            Self::Postgres(rows, read) => {
                *read += 1;
                Ok(rows.get(*read - 1).map(Row::Postgres))
            }
        }
    }
}

/// What is made of each of them.
pub(in crate::store) struct Mapped<'a, F> {
    pub(super) rows: Rows<'a>,
    pub(super) read: F,
}

impl<T, F: FnMut(&Row<'_>) -> Result<T>> Iterator for Mapped<'_, F> {
    type Item = Result<T>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.rows.next().transpose()?;
        Some(row.and_then(|row| (self.read)(&row)))
    }
}
