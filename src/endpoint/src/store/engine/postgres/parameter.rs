//! A value on its way to PostgreSQL.

use std::borrow::Cow;
use std::fmt;

use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};

use crate::store::engine::value::{Kind, Value};

#[derive(Clone, Copy)]
pub(super) struct Parameter<'a>(pub(super) Value<'a>);

impl Parameter<'_> {
    pub(super) fn kind(&self) -> Type {
        match self.0 {
            Value::Integer(_) | Value::Null(Kind::Integer) => Type::INT8,
            Value::Real(_) | Value::Null(Kind::Real) => Type::FLOAT8,
            Value::Text(_) | Value::Null(Kind::Text) => Type::TEXT,
            Value::Blob(_) | Value::Null(Kind::Blob) => Type::BYTEA,
        }
    }
}

/// PostgreSQL has no text with a zero byte in it. A stranger's word may have one.
pub(super) fn without_zero(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

/// The client writes them into its own log.
impl fmt::Debug for Parameter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(
        &self,
        kind: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn std::error::Error + Sync + Send>> {
        match self.0 {
            Value::Null(_) => Ok(IsNull::Yes),
            Value::Integer(number) => number.to_sql(kind, out),
            Value::Real(number) => number.to_sql(kind, out),
            Value::Text(text) => without_zero(text).to_sql(kind, out),
            Value::Blob(bytes) => bytes.to_sql(kind, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
