//! All rows of a store in a file, into an empty database. Row by row, so that memory does not notice how many there
//! are; and both are counted and summed up, so that a copy which differs is noticed.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::connection::Postgres;
use super::parameter::without_zero;
use crate::store::engine::error::{EngineError, Mismatch, Result};
use crate::store::engine::row::Row;
use crate::store::engine::value::{Kind, ToValue, Value, ValueRef};

/// Rows that are read at one time.
const FEW: usize = 1000;

/// A table, and in which sequence its columns are read.
#[derive(Debug)]
pub(in crate::store) struct Table {
    pub(in crate::store) name: String,
    columns: Vec<(String, Kind)>,
    /// The column whose numbers the database gives.
    number: Option<String>,
}

/// What a table holds, whatever the sequence of its rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::store) struct Held {
    pub(in crate::store) rows: u64,
    sum: u64,
}

impl Table {
    /// What the file has of it. `see` is shown each row, and the how many-th it is.
    pub(in crate::store) fn held_by(
        &self,
        file: &rusqlite::Connection,
        see: &mut dyn FnMut(&[Value<'_>], u64) -> Result<()>,
    ) -> Result<Held> {
        let mut all = file.prepare(&format!("SELECT {} FROM \"{}\"", self.listed(), self.name))?;
        let mut rows = all.query([])?;
        let mut held = Held::default();
        while let Some(row) = rows.next()? {
            with_values(self, Row::Sqlite(row), |values| {
                held.add(values);
                see(values, held.rows)
            })?;
        }
        Ok(held)
    }

    fn listed(&self) -> String {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        names.join(", ")
    }
}

impl Held {
    fn add(&mut self, values: &[Value<'_>]) {
        let mut hash = Sha256::new();
        for value in values {
            match value {
                Value::Null(_) => hash.update([0]),
                Value::Integer(number) => hash.update([&[1], &number.to_be_bytes()[..]].concat()),
                Value::Real(number) => hash.update([&[2], &number.to_be_bytes()[..]].concat()),
                Value::Text(text) => hash.update(text_or_bytes(3, text.as_bytes())),
                Value::Blob(bytes) => hash.update(text_or_bytes(4, bytes)),
            }
        }
        let hash = hash.finalize();
        let (first, _) = hash.split_first_chunk().expect("SHA-256 has 32 bytes");
        self.rows += 1;
        self.sum = self.sum.wrapping_add(u64::from_be_bytes(*first));
    }
}

fn text_or_bytes(kind: u8, bytes: &[u8]) -> Vec<u8> {
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes();
    [&[kind], &length[..], bytes].concat()
}

/// Every table of the file, asked of its own catalogue, so that none can be forgotten.
pub(in crate::store) fn tables(file: &rusqlite::Connection) -> Result<Vec<Table>> {
    let all = "SELECT name FROM pragma_table_list
         WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name";
    let names: Vec<String> =
        file.prepare(all)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut tables = Vec::new();
    for name in names {
        let mut of = file.prepare("SELECT name, type, pk FROM pragma_table_info(?1)")?;
        let mut rows = of.query([&name])?;
        let (mut columns, mut number) = (Vec::new(), None);
        while let Some(row) = rows.next()? {
            let (column, kind, key): (String, String, i64) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let kind = match kind.as_str() {
                "INTEGER" => Kind::Integer,
                "REAL" => Kind::Real,
                "BLOB" => Kind::Blob,
                _ => Kind::Text,
            };
            if key == 1 && kind == Kind::Integer && column == "id" {
                number = Some(column.clone());
            }
            columns.push((column, kind));
        }
        tables.push(Table { name, columns, number });
    }
    Ok(tables)
}

/// Inside a transaction of the database's.
impl Postgres {
    pub(in crate::store) fn is_empty(&self, table: &Table) -> Result<bool> {
        Ok(self.query(&format!("SELECT 1 FROM \"{}\" LIMIT 1", table.name), &[])?.is_empty())
    }

    /// What the file has of this table. `told`: how many rows have been copied.
    pub(in crate::store) fn fill(
        &self,
        table: &Table,
        file: &rusqlite::Connection,
        told: &dyn Fn(u64),
    ) -> Result<Held> {
        let (name, listed) = (&table.name, table.listed());
        let places: Vec<_> = (1..=table.columns.len()).map(|n| format!("${n}")).collect();
        let insert: Arc<str> =
            format!("INSERT INTO \"{name}\" ({listed}) VALUES ({})", places.join(", ")).into();
        let held = table.held_by(file, &mut |values, rows| {
            let params: Vec<&dyn ToValue> = values.iter().map(|value| value as _).collect();
            self.write(insert.clone(), &params)?;
            told(rows);
            Ok(())
        })?;
        if let Some(number) = &table.number {
            let next = format!(
                "SELECT setval(pg_get_serial_sequence('{name}', '{number}'), max({number}))
                 FROM \"{name}\""
            );
            self.query(&next, &[])?;
        }
        Ok(held)
    }

    /// What the database has of this table.
    pub(in crate::store) fn held(&self, table: &Table) -> Result<Held> {
        let (name, listed) = (&table.name, table.listed());
        self.batch(&format!("DECLARE all_rows CURSOR FOR SELECT {listed} FROM \"{name}\""))?;
        let mut held = Held::default();
        loop {
            let rows = self.query(&format!("FETCH {FEW} FROM all_rows"), &[])?;
            if rows.is_empty() {
                break;
            }
            for row in &rows {
                with_values(table, Row::Postgres(row), |values| {
                    held.add(values);
                    Ok(())
                })?;
            }
        }
        self.batch("CLOSE all_rows")?;
        Ok(held)
    }
}

/// As PostgreSQL takes them.
fn with_values(
    table: &Table,
    row: Row<'_>,
    then: impl FnOnce(&[Value<'_>]) -> Result<()>,
) -> Result<()> {
    let mut texts = Vec::new();
    for column in 0..table.columns.len() {
        let value = row.get_ref(column)?;
        texts.push(match value {
            ValueRef::Text(_) => Some(without_zero(text(column, value)?)),
            ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
        });
    }
    let mut values = Vec::new();
    for (column, (text, (_, kind))) in texts.iter().zip(&table.columns).enumerate() {
        values.push(match (row.get_ref(column)?, text) {
            (_, Some(text)) => Value::Text(text),
            (ValueRef::Integer(number), None) => Value::Integer(number),
            (ValueRef::Real(number), None) => Value::Real(number),
            (ValueRef::Blob(bytes), None) => Value::Blob(bytes),
            (ValueRef::Null | ValueRef::Text(_), None) => Value::Null(*kind),
        });
    }
    then(&values)
}

fn text(column: usize, value: ValueRef<'_>) -> Result<&str> {
    value.as_str().map_err(|mismatch: Mismatch| EngineError::Value { column, mismatch })
}
