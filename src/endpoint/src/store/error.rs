//! Why the store could not do what it was asked.

use std::fmt;
use std::path::{Path, PathBuf};

use super::engine::{EngineError, Fault};

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
    #[error(
        "{path}: this is a folder; name a file in it, such as `store = \"sqlite:{path}/assent.db\"`"
    )]
    IsFolder { path: PathBuf },
    #[error("{path}: {source}; is the directory there, and may this user write to it?")]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "{path}: the store was made by a later release (schema {found}, this one knows {known}); \
         start that release again, or restore a backup that this one made (`assent store restore \
         FILE`)"
    )]
    Later { path: PathBuf, found: i64, known: i64 },
    #[error(
        "{path}: the store was made by an earlier release (schema {found}, this one needs \
         {known}); stop the server, if one runs, and call `assent store migrate`, which copies it \
         first"
    )]
    Earlier { path: PathBuf, found: i64, known: i64 },
    #[error(
        "{path}: the store was made by an earlier development build (schema {found}, this one \
         makes {known}); start with a new file"
    )]
    Unreleased { path: PathBuf, found: i64, known: i64 },
    #[error("{path}: there is a file of this name already, and it is left as it is; name another")]
    Exists { path: PathBuf },
    #[error("{path}: SQLite takes only names that are UTF-8; name another")]
    NoText { path: PathBuf },
    #[error(
        "{path}: the store is damaged ({what}). Stop the server, keep a copy of this file with its \
         -wal beside it, and restore the latest backup: `assent store restore FILE`. Without one, \
         `sqlite3 {path} .recover` may read what is left"
    )]
    Broken { path: PathBuf, what: String },
    #[error(
        "{path}: this is a backup, made by `assent store backup`: it may lack a withdrawal that \
         came after it, so nothing is sent from it. To go on from it, call `assent store restore \
         {path}` with the store's own place in the configuration"
    )]
    IsBackup { path: PathBuf },
    #[error("{path}: this is a database of another program; name another file for `store`")]
    Foreign { path: PathBuf },
    #[error(
        "{path}: this file holds no store. If it is a copy of one, it was made from under a \
         running server, and what the server had written was in {path}-wal; `assent store backup \
         FILE` makes a copy that is whole"
    )]
    NoTables { path: PathBuf },
    #[error(
        "{path}: this file was copied or replicated from under a running server, without its log \
         ({path}-wal), or that log was deleted, or the lock file ({path}.lock), which says that \
         this is the store: what was last written is missing, perhaps also a withdrawal. Put back \
         what was deleted; where it is lost, `assent store restore {path}` takes the file for an \
         old backup: nothing that waits in it is sent"
    )]
    LogMissing { path: PathBuf },
    #[error(
        "{path}: this is an older copy, put in the place of the store that the last server left \
         (whose number is in {path}.lock): what came since is missing, perhaps also a withdrawal. \
         Put back the store itself; where it is lost, `assent store restore {path}` takes the \
         file for an old backup: nothing that waits in it is sent"
    )]
    Older { path: PathBuf },
    #[error(
        "{path}: the store itself is missing or empty, but its log ({path}-wal) is there. Put the \
         store back; or restore a backup (`assent store restore FILE`), which moves the log aside"
    )]
    OnlyLog { path: PathBuf },
    #[error(
        "{path}: a restore was broken off half-way; repeat `assent store restore FILE`. The old \
         store is at its place, or beside it as {path}.before-restore-…"
    )]
    RestoreUnfinished { path: PathBuf },
    #[error("{path}: this is a link, and it must be a file of its own; remove it")]
    LockIsLink { path: PathBuf },
    #[error(
        "{path}: others on this machine may open it (mode {mode:04o}), which holds hashed \
         identities, and its mode could not be changed: {source}. Call `chmod 600` on it as its \
         owner"
    )]
    Exposed { path: PathBuf, mode: u32, source: std::io::Error },
    #[error("{store}: the database cannot be used: {why}{hint}")]
    Unreached { store: String, why: String, hint: String },
    #[error("{store}: there is no store in this database yet; `assent serve` makes it")]
    NoTablesYet { store: String },
    #[error("{store}: this database has tables of another program; name an empty one for `store`")]
    ForeignTables { store: String },
    #[error(
        "{store}: its tables were made by a later release (schema {found}, this one knows {known}); start that \
         release again, or restore the database as it was before (docs/postgres.md#backup)"
    )]
    LaterTables { store: String, found: i64, known: i64 },
    #[error(
        "{store}: its tables were made by an earlier development build (schema {found}, this one makes {known}); \
         start with an empty database"
    )]
    UnreleasedTables { store: String, found: i64, known: i64 },
    #[error(
        "{store}: there is something in this database already, and nothing was copied; name an empty one for `store`"
    )]
    NotEmpty { store: String },
    #[error(
        "{store}: table {table} was not there as it is in the file, so nothing was kept. Repeat it; where that does \
         not help, `assent store check` may say more of the file"
    )]
    CopyDiffers { store: String, table: String },
    #[error(
        "{path}: this is for a store in a PostgreSQL: name its address in `store`, and this file in --from"
    )]
    IsFile { path: PathBuf },
    #[error("{store}: an endpoint works with this store, or did until half a minute ago")]
    Served { store: String },
    /// `instead`: what is done there in the place of this.
    #[error("{store}: this is for a store in a file. {instead}")]
    IsDatabase { store: String, instead: &'static str },
    #[error(
        "this endpoint was not heard of in the database for 10 seconds, so others may soon take over what it has \
         claimed: it sends nothing until it is heard of again"
    )]
    Unheard,
    #[error(
        "the leave to send was longer on its way than it holds (was this machine asleep, or is the database slow?); it \
         is asked for again"
    )]
    LateLeave,
    /// A deed broke off in the middle and was undone.
    #[error("the store could not do this because of a fault in Assent; nothing was kept")]
    Panicked,
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

impl StoreError {
    /// Whose fault it is, where it is the engine's word.
    fn fault(&self) -> Option<Fault> {
        if let Self::Engine(Engine(error)) = self { Some(error.fault()) } else { None }
    }

    /// Whether a table does not take such a row, which says that the table was reached.
    pub(super) fn is_of_the_row(&self) -> bool {
        self.fault() == Some(Fault::Constraint)
    }

    /// Whether only what stands in a place is at fault, and the transaction goes on: whoever does without that may go on
    /// too. PostgreSQL refuses all that follows an error of its own.
    pub(super) fn spares_the_transaction(&self) -> bool {
        if let Self::Engine(Engine(error)) = self {
            let is_sqlites = matches!(error, EngineError::Sqlite(_)) && self.is_damage();
            return is_sqlites || matches!(error, EngineError::Value { .. });
        }
        matches!(self, Self::Damaged { .. })
    }

    /// Whether another endpoint had a shop's turn for too long.
    pub(super) fn is_of_turn(&self) -> bool {
        matches!(self, Self::Engine(Engine(error)) if error.is_of_turn())
    }

    /// Of the first look at a file: what is no database of ours is named.
    pub(super) fn of_file(self, path: &Path) -> Self {
        match self.fault() {
            Some(Fault::NoDatabase) => {
                Self::Broken { path: path.to_owned(), what: "it is not a database".to_owned() }
            }
            Some(_) | None => self,
        }
    }

    /// Whether a part of the file is not as the engine writes it.
    pub(super) fn is_damage(&self) -> bool {
        matches!(self.fault(), Some(Fault::Damage | Fault::NoDatabase))
    }

    /// Whether it will be the same however often the store is asked: a part of the file is damaged, or
    /// what stands there trips the code.
    pub fn is_lasting(&self) -> bool {
        self.is_damage() || matches!(self, Self::Damaged { .. } | Self::Panicked)
    }

    /// Whether the file, the disk or a database that does not answer in time is at fault, so that nothing else can
    /// be stored either.
    pub(super) fn keeps_all_from_being_stored(&self) -> bool {
        matches!(self.fault(), Some(Fault::Disk | Fault::Damage | Fault::NoDatabase | Fault::Away))
    }
}

/// A failure of the database itself. What it is made of stays inside the store.
#[derive(Debug)]
pub struct Engine(EngineError);

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)?;
        match self.0.fault() {
            Fault::Damage | Fault::NoDatabase => f.write_str(WAY_OUT),
            Fault::Constraint | Fault::Disk | Fault::Away | Fault::Other => Ok(()),
        }
    }
}

/// Of a damaged file.
const WAY_OUT: &str = ". `assent store check` tells what is damaged; stop the server, keep a copy \
                       of the file with its -wal beside it, and restore the latest backup: \
                       `assent store restore FILE`";

impl From<EngineError> for StoreError {
    fn from(error: EngineError) -> Self {
        Self::Engine(Engine(error))
    }
}

/// Of the file's own affairs, which are SQLite's.
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        EngineError::from(error).into()
    }
}
