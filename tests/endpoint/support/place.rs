//! Where the tests' stores are: in files; with `ASSENT_TEST_STORE=postgres` each in a database of its own, in the
//! one server of the test program.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use assent_endpoint::secret::Secret;
use assent_endpoint::store_place::{self, StorePlace};
use assent_postgres::{Cluster, Database, PASSWORD};

use super::beside::Beside;
use super::rows::Rows;

/// The variable that has the database's password.
pub(crate) const VARIABLE: &str = "ASSENT_STORE_PASSWORD";

/// Whether this run of the tests is on PostgreSQL.
pub(crate) fn is_postgres() -> bool {
    std::env::var("ASSENT_TEST_STORE").is_ok_and(|engine| engine == "postgres")
}

/// How many states of each length an exploration goes on from. On a PostgreSQL, where a step takes thirty times as
/// long, it takes a sample, unless `ASSENT_TEST_WHOLE` is set.
pub(crate) fn states_of_each_length() -> usize {
    let is_whole = !is_postgres() || std::env::var_os("ASSENT_TEST_WHOLE").is_some();
    if is_whole { usize::MAX } else { 12 }
}

/// A store's, which goes with it.
pub(crate) enum Place {
    File,
    /// And our own connection to it.
    Database(Database<'static>, Arc<Beside>),
}

impl Place {
    /// On the engine of this run.
    pub(crate) fn new() -> Self {
        if is_postgres() { Self::postgres() } else { Self::File }
    }

    pub(crate) fn postgres() -> Self {
        Self::of(Cluster::shared().database())
    }

    pub(crate) fn of(database: Database<'static>) -> Self {
        let beside = Arc::new(Beside::of(&database));
        Self::Database(database, beside)
    }

    pub(crate) fn in_folder(&self, folder: &Path) -> StorePlace {
        match self {
            Self::File => StorePlace::File(folder.join("assent.db")),
            Self::Database(database, _) => StorePlace::Database(store_place::Database {
                url: database.url(),
                password: Secret::new(PASSWORD),
                variable: Some(VARIABLE.to_owned()),
                folder: folder.to_owned(),
            }),
        }
    }

    pub(crate) fn is_database(&self) -> bool {
        matches!(self, Self::Database(..))
    }

    /// Lines of `assent.toml`.
    pub(crate) fn settings(&self) -> String {
        match self {
            Self::File => "store = \"sqlite:assent.db\"\n".to_owned(),
            Self::Database(database, _) => {
                format!("store = \"{}\"\nstore_password_env = \"{VARIABLE}\"\n", database.url())
            }
        }
    }

    /// What a command's environment has for it.
    pub(crate) fn tell(&self, command: &mut Command) {
        match self {
            Self::File => {}
            Self::Database(..) => {
                command.env(VARIABLE, PASSWORD);
            }
        }
    }

    /// Its rows, behind the store's back.
    pub(crate) fn rows(&self, folder: &Path) -> Rows {
        match self {
            Self::File => Rows::of_file(&folder.join("assent.db")),
            Self::Database(_, beside) => Rows::Postgres(beside.clone()),
        }
    }
}
