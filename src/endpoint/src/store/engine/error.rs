//! What can fail below the tables.

use std::fmt;
use std::time::Duration;

use rusqlite::ErrorCode;
use tokio_postgres::error::SqlState;

pub(in crate::store) type Result<T, E = EngineError> = std::result::Result<T, E>;

/// A value is not of the kind that its column has to be of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) struct Mismatch(pub(in crate::store) &'static str);

#[derive(Debug)]
pub(in crate::store) enum EngineError {
    Sqlite(rusqlite::Error),
    Postgres(tokio_postgres::Error),
    /// The database has said nothing for so long.
    Silent(Duration),
    /// This machine gives no socket.
    Machine(std::io::Error),
    /// What TLS to the database needs is not on this machine.
    Tls(String),
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
    /// The database does not answer, or not in time; in a moment it may.
    Away,
    Other,
}

impl EngineError {
    pub(in crate::store) fn fault(&self) -> Fault {
        match self {
            Self::Sqlite(error) => of_sqlite(error),
            Self::Postgres(error) => of_postgres(error),
            Self::Silent(_) | Self::Machine(_) => Fault::Away,
            Self::Tls(_) => Fault::Disk,
            Self::Value { .. } | Self::NoRow => Fault::Other,
        }
    }
}

impl EngineError {
    /// Whether others had the turn for too long.
    pub(in crate::store) fn is_of_turn(&self) -> bool {
        matches!(self, Self::Postgres(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE))
    }
}

fn of_postgres(error: &tokio_postgres::Error) -> Fault {
    let Some(code) = error.code() else { return Fault::Away };
    // The first two characters are the class (PostgreSQL's appendix A).
    match code.code().get(..2) {
        Some("23") => Fault::Constraint,
        Some("XX") => Fault::Damage,
        // Read only, its disk or memory full, its own system's failure.
        Some("25" | "53" | "58") => Fault::Disk,
        // Connections, and what an operator or a time limit broke off.
        Some("08" | "57" | "55" | "40") => Fault::Away,
        Some(_) | None => Fault::Other,
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
            Self::Postgres(error) => postgres(error, f),
            Self::Silent(so_long) => {
                write!(f, "the database has not answered for {} s", so_long.as_secs())
            }
            Self::Machine(error) => error.fmt(f),
            Self::Tls(why) => write!(f, "TLS to the database is not possible here: {why}"),
            Self::Value { column, mismatch: Mismatch(expected) } => {
                write!(f, "what stands in column {column} of the answer is no {expected}")
            }
            Self::NoRow => f.write_str("a row that has to be there is missing"),
        }
    }
}

/// Its sentence, without the row that it names in its details: what stands there may be personal.
fn postgres(error: &tokio_postgres::Error, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let Some(said) = error.as_db_error() else {
        write!(f, "{error}")?;
        let source = std::error::Error::source(error);
        return source.map_or(Ok(()), |source| write!(f, ": {source}"));
    };
    write!(f, "PostgreSQL says {}: {}", said.code().code(), said.message())
}

impl From<tokio_postgres::Error> for EngineError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
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
            Err(error) => Err(error),
        }
    }
}
