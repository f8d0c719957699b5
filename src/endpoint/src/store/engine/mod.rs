//! The database, as the tables and readers see it: connections, statements, rows, values and what can
//! fail. Only this folder, `store/file` and `store/database` know which engine it is. A statement is one text for every
//! engine, with `?1`, `?2` … for its values; what engines do not have in common stands in `dialect.rs`.

#[cfg(test)]
pub(in crate::store) mod both;
mod connection;
mod dialect;
mod error;
mod lent;
mod postgres;
mod row;
mod rows;
mod statement;
#[cfg(test)]
pub(in crate::store) mod testing;
mod value;
mod whose;

pub(in crate::store) use self::connection::{Connection, Engine};
pub(in crate::store) use self::error::{EngineError, Fault, Mismatch, OptionalExtension, Result};
pub(in crate::store) use self::lent::Lent;
pub(in crate::store) use self::postgres::{Address, Found, Postgres, Table, tables};
pub(in crate::store) use self::row::Row;
pub(in crate::store) use self::rows::Rows;
pub(in crate::store) use self::value::{
    FromValue, Kind, OfKind, Params, ToValue, Value, ValueRef, params,
};
pub(in crate::store) use self::whose::Whose;
