//! For tests of what both engines have to do alike: a PostgreSQL that they start themselves.

use assent_postgres::{Cluster, Database};

use super::connection::Connection;
use super::postgres::{Address, Postgres};
use crate::clock::dice;
use crate::run_number::RunNumber;
use crate::secret::Secret;
use crate::store::schema;
use crate::store_place;

/// Each test's own.
pub(in crate::store) fn database() -> Database<'static> {
    Cluster::shared().database()
}

/// A connection to it, as each of several endpoints has its own.
pub(in crate::store) fn connection(database: &Database<'_>) -> Connection {
    let address = Address::of(&place(database)).expect("an address");
    let run = RunNumber::drawn(dice());
    Postgres::connect(address, run).expect("a connection").into()
}

/// As a configuration names it.
pub(in crate::store) fn place(database: &Database<'_>) -> store_place::Database {
    let password = Secret::new(assent_postgres::PASSWORD);
    store_place::Database { url: database.url(), password, variable: None, folder: "".into() }
}

pub(in crate::store) fn make_tables(store: &Connection) {
    let store = store.postgres().expect("it is PostgreSQL's");
    store.make_tables(&schema::TABLES, schema::NUMBER).expect("tables");
}
