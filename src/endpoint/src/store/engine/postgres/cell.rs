//! A column of PostgreSQL's answer.

use tokio_postgres::types::{FromSql, Type};

use crate::store::engine::value::ValueRef;

/// As it came: what it is made of is borrowed from the row.
pub(in crate::store::engine) struct Cell<'a>(pub(in crate::store::engine) ValueRef<'a>);

type Wrong = Box<dyn std::error::Error + Sync + Send>;

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(kind: &Type, raw: &'a [u8]) -> Result<Self, Wrong> {
        Ok(Self(match *kind {
            Type::INT8 => ValueRef::Integer(i64::from_sql(kind, raw)?),
            Type::INT4 => ValueRef::Integer(i32::from_sql(kind, raw)?.into()),
            Type::BOOL => ValueRef::Integer(bool::from_sql(kind, raw)?.into()),
            Type::FLOAT8 => ValueRef::Real(f64::from_sql(kind, raw)?),
            Type::BYTEA => ValueRef::Blob(raw),
            _ => ValueRef::Text(raw),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Wrong> {
        Ok(Self(ValueRef::Null))
    }

    fn accepts(kind: &Type) -> bool {
        [
            Type::INT8,
            Type::INT4,
            Type::BOOL,
            Type::FLOAT8,
            Type::BYTEA,
            Type::TEXT,
            Type::NAME,
            Type::VARCHAR,
        ]
        .contains(kind)
    }
}
