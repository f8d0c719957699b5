//! PostgreSQL by tokio's client. A connection keeps no state of a session, so that PgBouncer may stand between
//! (transaction mode): transactions, locks and time limits end with a transaction, and statements are known by names
//! only where the session is the connection's own.

mod address;
mod asked;
mod cell;
mod client;
mod connection;
mod copy;
mod lock;
mod parameter;
mod settings;
mod tables;
mod tls;

pub(in crate::store) use self::address::Address;
pub(super) use self::cell::Cell;
pub(in crate::store) use self::connection::Postgres;
pub(in crate::store) use self::copy::{Table, tables};
pub(in crate::store) use self::tables::Found;
