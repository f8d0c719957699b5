//! A statement on its way to PostgreSQL, with its values, and what came of it.

use std::sync::Arc;

use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Error, Row, Statement};

use super::parameter::Parameter;
use crate::store::engine::value::{Kind, Params, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Rows,
    Count,
    /// Of several statements without values: that they have been done.
    Nothing,
}

pub(super) struct Asked<'a> {
    pub(super) sql: &'a str,
    params: Vec<Parameter<'a>>,
    wanted: Wanted,
}

#[derive(Default)]
pub(super) struct Told {
    pub(super) rows: Vec<Row>,
    pub(super) changed: u64,
    /// Rows that those have changed which went with it.
    pub(super) before: u64,
}

impl<'a> Asked<'a> {
    pub(super) fn rows(sql: &'a str, params: Params<'a>) -> Self {
        Self { sql, params: of(params), wanted: Wanted::Rows }
    }

    pub(super) fn count(sql: &'a str, params: Params<'a>) -> Self {
        Self { sql, params: of(params), wanted: Wanted::Count }
    }

    pub(super) fn nothing(sql: &'a str) -> Self {
        Self { sql, params: Vec::new(), wanted: Wanted::Nothing }
    }

    /// Whether it is one that the database may know by a name.
    pub(super) fn has_name(&self) -> bool {
        self.wanted != Wanted::Nothing
    }

    pub(super) fn kinds(&self) -> Vec<Type> {
        self.params.iter().map(Parameter::kind).collect()
    }

    pub(super) async fn send(
        &self,
        client: &Client,
        named: Option<&Statement>,
    ) -> Result<Told, Error> {
        let rows = match (self.wanted, named) {
            (Wanted::Nothing, _) => client.batch_execute(self.sql).await.map(|()| Vec::new())?,
            (Wanted::Rows, Some(named)) => client.query(named, &self.values()).await?,
            (Wanted::Rows, None) => client.query_typed(self.sql, &self.typed()).await?,
            (Wanted::Count, named) => {
                let changed = match named {
                    Some(named) => client.execute(named, &self.values()).await?,
                    None => client.execute_typed(self.sql, &self.typed()).await?,
                };
                return Ok(Told { changed, ..Told::default() });
            }
        };
        // A statement that changes rows and gives them back: `INSERT … RETURNING`.
        let is_change = ["INSERT", "UPDATE", "DELETE"]
            .iter()
            .any(|word| self.sql.trim_start().starts_with(word));
        let changed = if is_change { u64::try_from(rows.len()).unwrap_or(0) } else { 0 };
        Ok(Told { rows, changed, before: 0 })
    }

    fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
        self.params.iter().map(|value| value as _).collect()
    }

    fn typed(&self) -> Vec<(&(dyn ToSql + Sync), Type)> {
        self.params.iter().map(|value| (value as _, value.kind())).collect()
    }
}

fn of<'a>(params: Params<'a>) -> Vec<Parameter<'a>> {
    params.iter().map(|value| Parameter(value.to_value())).collect()
}

/// A statement that is to go with the next one that is waited for.
pub(super) struct Later {
    sql: Arc<str>,
    values: Vec<Owned>,
}

enum Owned {
    Null(Kind),
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Later {
    pub(super) fn new(sql: Arc<str>, params: Params<'_>) -> Self {
        Self { sql, values: params.iter().map(|value| Owned::of(value.to_value())).collect() }
    }

    pub(super) fn asked(&self) -> Asked<'_> {
        let params = self.values.iter().map(|value| Parameter(value.value())).collect();
        Asked { sql: &self.sql, params, wanted: Wanted::Count }
    }
}

impl Owned {
    fn of(value: Value<'_>) -> Self {
        match value {
            Value::Null(kind) => Self::Null(kind),
            Value::Integer(number) => Self::Integer(number),
            Value::Real(number) => Self::Real(number),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Blob(bytes) => Self::Blob(bytes.to_vec()),
        }
    }

    fn value(&self) -> Value<'_> {
        match self {
            Self::Null(kind) => Value::Null(*kind),
            Self::Integer(number) => Value::Integer(*number),
            Self::Real(number) => Value::Real(*number),
            Self::Text(text) => Value::Text(text),
            Self::Blob(bytes) => Value::Blob(bytes),
        }
    }
}
