//! The store's rows, behind its back, whichever engine keeps them. A statement is one text for both engines, in
//! words that both know; bytes are written as SQLite does it: `x'00ff'`.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use super::beside::Beside;

/// What stands in one column of one row.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Field {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// A look into a store, and a way to change it.
pub(crate) enum Rows {
    Sqlite(Connection),
    Postgres(Arc<Beside>),
}

/// A type that a test reads a field as.
pub(crate) trait OfField: Sized {
    fn of(field: Field) -> Self;
}

impl Rows {
    pub(crate) fn of_file(path: &Path) -> Self {
        Self::Sqlite(Connection::open(path).expect("a store"))
    }

    /// No commit of ours waits for the disk, and statements are kept: for a test that asks a thousand times.
    pub(crate) fn in_a_hurry(self) -> Self {
        if let Self::Sqlite(store) = &self {
            store.execute_batch("PRAGMA synchronous = OFF").expect("it is taken");
            store.set_prepared_statement_cache_capacity(512);
        }
        self
    }

    pub(crate) fn all(&self, sql: &str) -> Vec<Vec<Field>> {
        match self {
            Self::Sqlite(store) => {
                let mut find = store.prepare_cached(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
                let width = find.column_count();
                let read = |row: &rusqlite::Row<'_>| {
                    let fields = (0..width).map(|n| row.get_ref(n).map(Field::of_sqlite));
                    fields.collect::<rusqlite::Result<Vec<_>>>()
                };
                let rows = find.query_map([], read).unwrap_or_else(|e| panic!("{sql}: {e}"));
                rows.map(|row| row.unwrap_or_else(|e| panic!("{sql}: {e}"))).collect()
            }
            Self::Postgres(beside) => beside.all(sql),
        }
    }

    /// The first field of every row.
    pub(crate) fn column<T: OfField>(&self, sql: &str) -> Vec<T> {
        let first = |row: Vec<Field>| row.into_iter().next().expect("a column");
        self.all(sql).into_iter().map(|row| T::of(first(row))).collect()
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        let [number] = <[i64; 1]>::try_from(self.column::<i64>(sql)).expect("one row");
        number
    }

    /// Statements, one after the other; no answer is expected.
    pub(crate) fn run(&self, sql: &str) {
        match self {
            Self::Sqlite(store) => {
                store.execute_batch(sql).unwrap_or_else(|e| panic!("{sql}: {e}"));
            }
            Self::Postgres(beside) => beside.run(&bytes_for_postgres(sql)),
        }
    }

    pub(crate) fn insert(&self, table: &str, columns: &[&str], rows: &[Vec<Field>]) {
        for some in rows.chunks(500) {
            let rows: Vec<String> = some.iter().map(|row| literals(row)).collect();
            let columns = columns.join(", ");
            self.run(&format!("INSERT INTO {table} ({columns}) VALUES {}", rows.join(", ")));
        }
    }

    /// Of all that there are.
    pub(crate) fn tables(&self) -> Vec<String> {
        self.column(match self {
            Self::Sqlite(_) => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
            }
            Self::Postgres(_) => {
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
            }
        })
    }

    /// Names and types (TEXT, INTEGER, …), as SQLite says them.
    pub(crate) fn columns(&self, table: &str) -> Vec<(String, String)> {
        let sql = match self {
            Self::Sqlite(_) => format!("SELECT name, type FROM pragma_table_info('{table}')"),
            Self::Postgres(_) => format!(
                "SELECT CAST(column_name AS TEXT), CASE data_type WHEN 'bytea' THEN 'BLOB' WHEN 'text' THEN 'TEXT'
                     WHEN 'bigint' THEN 'INTEGER' WHEN 'double precision' THEN 'REAL'
                     ELSE CAST(data_type AS TEXT) END
                 FROM information_schema.columns WHERE table_schema = 'public' AND table_name = '{table}'
                 ORDER BY ordinal_position"
            ),
        };
        let columns = self.all(&sql).into_iter().map(<[Field; 2]>::try_from);
        columns.map(|column| column.expect("two").map(String::of).into()).collect()
    }

    /// Every row of every table, but for the endpoints' signs of life, which come by themselves.
    pub(crate) fn dump(&self) -> Vec<String> {
        let mut dump: Vec<String> = Vec::new();
        for table in self.tables().into_iter().filter(|table| table != "endpoint") {
            let rows = self.all(&format!("SELECT * FROM \"{table}\""));
            dump.extend(rows.iter().map(|row| format!("{table} {row:?}")));
        }
        dump.sort();
        dump
    }

    /// What every field of every row is made of, one after the other.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for table in self.tables() {
            for field in self.all(&format!("SELECT * FROM \"{table}\"")).into_iter().flatten() {
                bytes.extend(field.bytes());
                bytes.push(b'\n');
            }
        }
        bytes
    }
}

impl Field {
    fn of_sqlite(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::Real(number),
            ValueRef::Text(text) => Self::Text(String::from_utf8_lossy(text).into_owned()),
            ValueRef::Blob(bytes) => Self::Bytes(bytes.to_vec()),
        }
    }

    pub(crate) fn bytes(self) -> Vec<u8> {
        match self {
            Self::Null => Vec::new(),
            Self::Integer(number) => number.to_string().into_bytes(),
            Self::Real(number) => number.to_string().into_bytes(),
            Self::Text(text) => text.into_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// As it is written in a statement.
    fn literal(&self) -> String {
        match self {
            Self::Null => "NULL".to_owned(),
            Self::Integer(number) => number.to_string(),
            Self::Real(number) => format!("{number:?}"),
            Self::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Self::Bytes(bytes) => format!("x'{}'", hex(bytes)),
        }
    }
}

/// As they are written in a statement.
pub(crate) fn literals(row: &[Field]) -> String {
    let fields: Vec<String> = row.iter().map(Field::literal).collect();
    format!("({})", fields.join(", "))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// `x'00'` is `'\x00'` there.
fn bytes_for_postgres(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let (mut is_text, mut rest) = (false, sql.chars().peekable());
    while let Some(next) = rest.next() {
        if !is_text && next == 'x' && rest.next_if_eq(&'\'').is_some() {
            out.push_str("'\\x");
            is_text = true;
            continue;
        }
        is_text ^= next == '\'';
        out.push(next);
    }
    out
}

impl OfField for i64 {
    fn of(field: Field) -> Self {
        let Field::Integer(number) = field else { panic!("{field:?} is no whole number") };
        number
    }
}

impl OfField for bool {
    fn of(field: Field) -> Self {
        i64::of(field) != 0
    }
}

impl OfField for String {
    fn of(field: Field) -> Self {
        let Field::Text(text) = field else { panic!("{field:?} is no text") };
        text
    }
}

impl OfField for Vec<u8> {
    fn of(field: Field) -> Self {
        let Field::Bytes(bytes) = field else { panic!("{field:?} is no bytes") };
        bytes
    }
}

impl<T: OfField> OfField for Option<T> {
    fn of(field: Field) -> Self {
        (field != Field::Null).then(|| T::of(field))
    }
}

impl From<i64> for Field {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Vec<u8>> for Field {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

#[test]
fn bytes_are_written_as_either_engine_takes_them_and_texts_stay_as_they_are() {
    let row = [Field::Null, 7.into(), "it's x'00'".into(), vec![0, 255].into(), Field::Real(0.5)];
    let sql = format!("INSERT INTO t VALUES {}", literals(&row));
    assert_eq!(sql, "INSERT INTO t VALUES (NULL, 7, 'it''s x''00''', x'00ff', 0.5)");
    let made = "INSERT INTO t VALUES (NULL, 7, 'it''s x''00''', '\\x00ff', 0.5)";
    assert_eq!(bytes_for_postgres(&sql), made);
    assert_eq!(
        bytes_for_postgres("SET payload = 'x', max = x'00'"),
        "SET payload = 'x', max = '\\x00'"
    );
}
