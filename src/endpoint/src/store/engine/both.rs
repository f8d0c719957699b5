//! For tests of what both engines have to do alike: a PostgreSQL that they start themselves.

use assent_postgres::{Cluster, Database};

use super::connection::Connection;
use super::dialect;
use super::postgres::{Address, Postgres};

/// Each test's own.
pub(in crate::store) fn database() -> Database<'static> {
    Cluster::shared().database()
}

/// A connection to it, as each of several endpoints has its own.
pub(in crate::store) fn connection(database: &Database<'_>) -> Connection {
    let address = Address::parse(&database.url(), Some(assent_postgres::PASSWORD));
    Postgres::connect(address.expect("an address")).expect("a connection").into()
}

pub(in crate::store) fn make_tables(store: &Connection) {
    let Connection::Postgres(store) = store else { panic!("it is PostgreSQL's") };
    for schema in [include_str!("../schema.sql"), include_str!("../clock.sql")] {
        store.batch(&dialect::schema_for_postgres(schema)).expect("tables");
    }
}
