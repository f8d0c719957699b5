//! The store that the endpoints share, looked at beside them.

use std::collections::HashMap;

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

/// Its database, and the folder of the endpoints' settings.
pub(super) enum Store {
    Sqlite { dir: TempDir },
}

impl Store {
    pub(super) fn sqlite() -> Self {
        Self::Sqlite { dir: TempDir::new().expect("a folder") }
    }

    pub(super) fn dir(&self) -> &TempDir {
        match self {
            Self::Sqlite { dir } => dir,
        }
    }

    /// Lines of `assent.toml`.
    pub(super) fn settings(&self) -> String {
        match self {
            Self::Sqlite { .. } => "store = \"sqlite:assent.db\"\n".to_owned(),
        }
    }

    /// Immediately, as after a crash. False: nothing runs that could be.
    pub(super) fn restart(&self) -> bool {
        match self {
            Self::Sqlite { .. } => false,
        }
    }

    /// How each event stands; none where there are no tables yet.
    pub(super) fn stories(&self) -> HashMap<String, String> {
        match self {
            Self::Sqlite { dir } => stories(&dir.path().join("assent.db")).unwrap_or_default(),
        }
    }
}

fn stories(path: &std::path::Path) -> rusqlite::Result<HashMap<String, String>> {
    let store = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut find = store.prepare("SELECT lower(hex(event_id)), state FROM event")?;
    find.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
