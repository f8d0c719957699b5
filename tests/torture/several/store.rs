//! The store that the endpoints share, looked at beside them.

use std::collections::HashMap;
use std::time::Duration;

use assent_postgres::{Cluster, Database, Durability, PASSWORD, Stop};
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

/// Its database, and the folder of the endpoints' settings.
pub(super) enum Store {
    Sqlite { dir: TempDir },
    Postgres { database: Database<'static>, dir: TempDir },
}

/// So long the database is away.
const DOWN: Duration = Duration::from_millis(500);
/// The variable that has the database's password.
const VARIABLE: &str = "ASSENT_STORE_PASSWORD";

impl Store {
    pub(super) fn sqlite() -> Self {
        Self::Sqlite { dir: TempDir::new().expect("a folder") }
    }

    pub(super) fn postgres() -> Self {
        // Its keeper ends it with this process.
        let cluster: &Cluster = Box::leak(Box::new(Cluster::start(Durability::Synced)));
        Self::Postgres { database: cluster.database(), dir: TempDir::new().expect("a folder") }
    }

    pub(super) fn dir(&self) -> &TempDir {
        match self {
            Self::Sqlite { dir } | Self::Postgres { dir, .. } => dir,
        }
    }

    /// Lines of `assent.toml`.
    pub(super) fn settings(&self) -> String {
        match self {
            Self::Sqlite { .. } => "store = \"sqlite:assent.db\"\n".to_owned(),
            Self::Postgres { database, .. } => {
                format!("store = \"{}\"\nstore_password_env = \"{VARIABLE}\"\n", database.url())
            }
        }
    }

    /// What the endpoints' environment has for it.
    pub(super) fn environment(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Sqlite { .. } => None,
            Self::Postgres { .. } => Some((VARIABLE, PASSWORD)),
        }
    }

    /// Immediately, as after a crash. False: nothing runs that could be.
    pub(super) fn restart(&self) -> bool {
        match self {
            Self::Sqlite { .. } => false,
            Self::Postgres { database, .. } => {
                database.cluster().stop(Stop::Immediate);
                std::thread::sleep(DOWN);
                database.cluster().begin();
                true
            }
        }
    }

    /// How each event stands; none where there are no tables yet.
    pub(super) fn stories(&self) -> HashMap<String, String> {
        match self {
            Self::Sqlite { dir } => stories(&dir.path().join("assent.db")).unwrap_or_default(),
            Self::Postgres { database, .. } => {
                let all = database.run("SELECT encode(event_id, 'hex'), state FROM event");
                let rows = all.lines().filter_map(|line| line.split_once('|'));
                rows.map(|(id, state)| (id.to_owned(), state.to_owned())).collect()
            }
        }
    }
}

fn stories(path: &std::path::Path) -> rusqlite::Result<HashMap<String, String>> {
    let store = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut find = store.prepare("SELECT lower(hex(event_id)), state FROM event")?;
    find.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
}
