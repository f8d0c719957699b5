//! `assent-seed STORE EVENTS`: fills a store that a real server has written and left (tests/tools/bench-dashboard.mjs)
//! until it holds so many events. All that its shoppers left is copied again and again, each copy with numbers and
//! names of its own and at its own time of the last six and a half days: so every row has the form that the server
//! gives it, every link leads where it should, and the indexes hold what a week's would.
//!
//! `assent-seed STORE EVENTS days`: by whole days instead, six of them in turn, so that what a page counts does not
//! hang on the time of day (tests/tools/pictures.mjs).

#![forbid(unsafe_code)]

mod copy;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use crate::copy::{Copy, TABLES};

/// Less than a week: what is older is swept as soon as a server starts.
const SPAN: i64 = 13 * DAY / 2;
const DAY: i64 = 24 * 3600;
/// A context goes after two days, whatever became of its checkout.
const LIFE_OF_CONTEXTS: i64 = 46 * 3600;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.as_slice() {
        [store, events] => seed(store, events, Spread::Evenly),
        [store, events, days] if days == "days" => seed(store, events, Spread::ByDays),
        _ => Err("assent-seed STORE EVENTS [days]".into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("assent-seed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Where in the time before the first rows' own the copies lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Spread {
    Evenly,
    ByDays,
}

impl Spread {
    fn back(self, n: i64, copies: i64) -> i64 {
        match self {
            Self::Evenly => SPAN * n / copies,
            // Not the same number on each.
            Self::ByDays => DAY * (1 + (n * n + n / 3) % 6),
        }
    }
}

fn seed(store: &str, events: &str, spread: Spread) -> Outcome<()> {
    let events: i64 = events.parse()?;
    let mut connection = Connection::open_with_flags(store, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.execute_batch("PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000;")?;
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let there = number("SELECT count(*) FROM event")?;
    if there == 0 {
        return Err("the store has no event to copy".into());
    }
    // Further than any row's number.
    let stride = ["event", "receipt", "context", "order_fact"]
        .into_iter()
        .map(|table| number(&format!("SELECT coalesce(max(id), 0) + 1 FROM {table}")))
        .try_fold(1, |most, next| next.map(|next| most.max(next)))?;
    let copies = (events - there) / there;
    let transaction = connection.transaction()?;
    for table in TABLES {
        let (columns, rows) = read(&transaction, table.name)?;
        let hows = table.hows(&columns)?;
        let places: Vec<_> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
        let into = format!(
            "INSERT INTO {} ({}) VALUES ({})",
            table.name,
            columns.join(", "),
            places.join(", ")
        );
        let mut insert = transaction.prepare(&into)?;
        // The oldest first, as they came.
        for n in (1..=copies).rev() {
            let copy = Copy { n, back: spread.back(n, copies), offset: (copies - n + 1) * stride };
            if table.name == "context" && copy.back > LIFE_OF_CONTEXTS {
                continue;
            }
            for row in &rows {
                let values = row.iter().zip(&hows).map(|(value, how)| copy.value(value, *how));
                insert.execute(params_from_iter(values))?;
            }
        }
    }
    count_payloads(&transaction, copies, spread)?;
    transaction.commit()?;
    let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let counted = format!(
        "{{\"events\":{},\"orders\":{},\"receipts\":{},\"links\":{}}}\n",
        number("SELECT count(*) FROM event")?,
        number("SELECT count(*) FROM order_fact")?,
        number("SELECT count(*) FROM receipt")?,
        number("SELECT count(*) FROM link")?,
    );
    std::io::stdout().write_all(counted.as_bytes())?;
    Ok(())
}

/// The names of its columns, and all that stands in it.
fn read(connection: &Connection, table: &str) -> Outcome<(Vec<String>, Vec<Vec<Value>>)> {
    let mut find = connection.prepare(&format!("SELECT * FROM {table}"))?;
    let columns: Vec<String> = find.column_names().map(str::to_owned).collect();
    let row = |row: &rusqlite::Row<'_>| (0..columns.len()).map(|n| row.get(n)).collect();
    let rows = find.query_map([], row)?.collect::<rusqlite::Result<_>>()?;
    Ok((columns, rows))
}

/// Sums by the hour, as the server keeps them.
fn count_payloads(connection: &Connection, copies: i64, spread: Spread) -> Outcome<()> {
    let (columns, rows) = read(connection, "payload_count")?;
    let at = |name: &str| columns.iter().position(|column| column == name).ok_or("no such column");
    let (hour, last_at, events) = (at("hour")?, at("last_at")?, at("events")?);
    let mut sums: BTreeMap<(i64, usize), (i64, i64)> = BTreeMap::new();
    for n in 1..=copies {
        let back = spread.back(n, copies);
        for (row, values) in rows.iter().enumerate() {
            let Value::Integer(last) = values[last_at] else { continue };
            let sum = sums.entry(((last - back) / 3600, row)).or_default();
            *sum = (sum.0 + 1, sum.1.max(last - back));
        }
    }
    let places: Vec<_> = (1..=columns.len()).map(|n| format!("?{n}")).collect();
    let sql = format!("INSERT OR REPLACE INTO payload_count VALUES ({})", places.join(", "));
    for ((of_hour, row), (times, last)) in sums {
        let values = rows[row].iter().enumerate().map(|(n, value)| match value {
            Value::Integer(_) if n == hour => Value::Integer(of_hour),
            Value::Integer(_) if n == last_at => Value::Integer(last),
            Value::Integer(count) if n >= events => Value::Integer(count * times),
            Value::Null | Value::Integer(_) | Value::Real(_) | Value::Text(_) | Value::Blob(_) => {
                value.clone()
            }
        });
        connection.execute(&sql, params_from_iter(values))?;
    }
    Ok(())
}
