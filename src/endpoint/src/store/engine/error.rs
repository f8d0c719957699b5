//! What can fail below the tables.

use std::fmt;

use rusqlite::ErrorCode;

pub(in crate::store) type Result<T, E = EngineError> = std::result::Result<T, E>;

/// A value is not of the kind that its column has to be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Mismatch(pub(in crate::store) &'static str);

#[derive(Debug)]
pub(in crate::store) enum EngineError {
    Sqlite(rusqlite::Error),
    /// What stands in a column cannot be read. The value itself may be personal.
    Value {
        column: usize,
        mismatch: Mismatch,
    },
    /// A row that had to be there was not.
    NoRow,
}

/// Whose fault it is, as far as anybody above has to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Fault {
    /// Of the row that was to be written: a table does not take it.
    Constraint,
    /// A part of the file is not as the engine writes it.
    Damage,
    NoDatabase,
    /// Of the file, the disk or what stands for it: nothing else can be stored either.
    Disk,
    Other,
}

impl EngineError {
    pub(in crate::store) fn fault(&self) -> Fault {
        match self {
            Self::Sqlite(error) => of_sqlite(error),
            Self::Value { .. } | Self::NoRow => Fault::Other,
        }
    }
}

fn of_sqlite(error: &rusqlite::Error) -> Fault {
    #[allow(clippy::wildcard_enum_match_arm, reason = "SQLite's codes, of which these matter here")]
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => Fault::Constraint,
        Some(ErrorCode::DatabaseCorrupt) => Fault::Damage,
        Some(ErrorCode::NotADatabase) => Fault::NoDatabase,
        Some(
            ErrorCode::DiskFull
            | ErrorCode::SystemIoFailure
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen,
        ) => Fault::Disk,
        Some(_) | None => Fault::Other,
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(f),
            Self::Value { column, mismatch: Mismatch(expected) } => {
                write!(f, "what stands in column {column} of the answer is no {expected}")
            }
            Self::NoRow => f.write_str("a row that has to be there is missing"),
        }
    }
}

impl From<rusqlite::Error> for EngineError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<Mismatch> for EngineError {
    fn from(mismatch: Mismatch) -> Self {
        Self::Value { column: 0, mismatch }
    }
}

/// A row that need not be there.
pub(in crate::store) trait OptionalExtension<T> {
    fn optional(self) -> Result<Option<T>>;
}

impl<T> OptionalExtension<T> for Result<T> {
    fn optional(self) -> Result<Option<T>> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(EngineError::NoRow) => Ok(None),
            Err(error @ (EngineError::Sqlite(_) | EngineError::Value { .. })) => Err(error),
        }
    }
}
