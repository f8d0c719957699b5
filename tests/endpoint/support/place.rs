//! Where the tests' stores are: in files; with `ASSENT_TEST_STORE=postgres` each in a database of its own, in the
//! one server of the test program.

use std::path::Path;
use std::process::Command;

use assent_endpoint::secret::Secret;
use assent_endpoint::store_place::{self, StorePlace};
use assent_postgres::{Cluster, Database, PASSWORD};

/// The variable that has the database's password.
pub(crate) const VARIABLE: &str = "ASSENT_STORE_PASSWORD";

/// Whether this run of the tests is on PostgreSQL.
pub(crate) fn is_postgres() -> bool {
    std::env::var("ASSENT_TEST_STORE").is_ok_and(|engine| engine == "postgres")
}

/// A store's, which goes with it.
#[derive(Debug)]
pub(crate) enum Place {
    File,
    Database(Database<'static>),
}

impl Place {
    /// On the engine of this run.
    pub(crate) fn new() -> Self {
        if is_postgres() { Self::postgres() } else { Self::File }
    }

    pub(crate) fn postgres() -> Self {
        Self::Database(Cluster::shared().database())
    }

    pub(crate) fn in_folder(&self, folder: &Path) -> StorePlace {
        match self {
            Self::File => StorePlace::File(folder.join("assent.db")),
            Self::Database(database) => StorePlace::Database(store_place::Database {
                url: database.url(),
                password: Secret::new(PASSWORD),
                variable: Some(VARIABLE.to_owned()),
                folder: folder.to_owned(),
            }),
        }
    }

    /// Lines of `assent.toml`.
    pub(crate) fn settings(&self) -> String {
        match self {
            Self::File => "store = \"sqlite:assent.db\"\n".to_owned(),
            Self::Database(database) => {
                format!("store = \"{}\"\nstore_password_env = \"{VARIABLE}\"\n", database.url())
            }
        }
    }

    /// What a command's environment has for it.
    pub(crate) fn tell(&self, command: &mut Command) {
        match self {
            Self::File => {}
            Self::Database(_) => {
                command.env(VARIABLE, PASSWORD);
            }
        }
    }

    /// One number, behind the store's back.
    pub(crate) fn number(&self, folder: &Path, sql: &str) -> i64 {
        match self {
            Self::File => {
                let store = rusqlite::Connection::open(folder.join("assent.db")).expect("a store");
                store.query_row(sql, [], |row| row.get(0)).expect("a number")
            }
            Self::Database(database) => database.run(sql).parse().expect("a number"),
        }
    }

    /// Changes rows behind the store's back.
    pub(crate) fn run(&self, folder: &Path, sql: &str) {
        match self {
            Self::File => {
                let store = rusqlite::Connection::open(folder.join("assent.db")).expect("a store");
                store.execute_batch(sql).expect("it is done");
            }
            Self::Database(database) => {
                database.run(sql);
            }
        }
    }
}
