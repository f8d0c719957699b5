//! Why the store could not do what it was asked.

use std::fmt;
use std::path::PathBuf;

pub type Result<T> = std::result::Result<T, StoreError>;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the store has too much to write at once")]
    Busy,
    #[error("the store's writer has stopped")]
    Stopped,
    #[error(
        "{shop}: the store has no key for this shop; it makes one when `assent serve` starts with \
         the shop in its configuration"
    )]
    UnknownShop { shop: String },
    #[error("the store could not commit; nothing was kept")]
    NotCommitted,
    #[error("{path}: another server has this store open; one server per store file")]
    Locked { path: PathBuf },
    #[error("{path}: there is no store yet; `assent serve` makes it")]
    Missing { path: PathBuf },
    #[error("{path}: {source}; is the directory there, and may this user write to it?")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the store was made by a later release (schema {found}, this one knows {known})")]
    Later { found: i64, known: i64 },
    #[error(
        "the store was made by an earlier development build (schema {found}, this one makes \
         {known}); start with a new file"
    )]
    Earlier { found: i64, known: i64 },
    #[error("the machine gave no random bytes for a shop's key ({0}); nothing was kept")]
    NoRandomness(#[from] getrandom::Error),
    #[error("a value could not be written as JSON: {0}; nothing was kept")]
    Json(#[from] serde_json::Error),
    /// A value stands in the store that no release of ours writes there.
    #[error("the store: `{value}` is no {expected}; was it changed by something else?")]
    Damaged { expected: &'static str, value: String },
    #[error("the store: {0}")]
    Engine(Engine),
}

/// A failure of the database itself. What it is made of stays inside the store.
#[derive(Debug)]
pub struct Engine(rusqlite::Error);

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(Engine(error))
    }
}
