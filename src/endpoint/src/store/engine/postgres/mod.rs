//! PostgreSQL by its blocking client. A connection keeps no state of a session: transactions, locks and
//! time limits end with a transaction, and statements have no names unless they are asked for, so
//! that PgBouncer may stand between (transaction mode).

mod address;
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
