//! Pixels as they were last seen.

use rusqlite::Connection;
use serde::Serialize;

use crate::pixel::Kind;

/// One of a shop's pixels, as it was last seen. Times are Unix seconds.
#[derive(Debug, Clone, Serialize)]
pub struct Seen {
    #[serde(skip)]
    pub shop: String,
    pub kind: String,
    pub version: Option<String>,
    /// The hash of the settings it runs with.
    pub settings: Option<String>,
    pub first_seen: i64,
    /// To the hour: a later beacon of the same hour is not noted.
    pub last_seen: i64,
}

impl Seen {
    /// As people call it.
    pub fn name(&self) -> &str {
        Kind::ALL.iter().find(|kind| kind.word() == self.kind).map_or(&self.kind, |kind| kind.name())
    }
}

/// Those that were at work between two days (UTC, both included), by shop. What has sent nothing for 7 days is forgotten.
pub fn pixels(store: &Connection, from: &str, to: &str) -> rusqlite::Result<Vec<Seen>> {
    let mut seen = store.prepare(
        "SELECT shop, kind, version, settings, first_at, last_at FROM pixel
         WHERE date(last_at, 'unixepoch') >= ?1 AND date(first_at, 'unixepoch') <= ?2 ORDER BY shop, first_at, kind",
    )?;
    let read = seen.query_map([from, to], |row| {
        Ok(Seen {
            shop: row.get(0)?,
            kind: row.get(1)?,
            version: row.get(2)?,
            settings: row.get(3)?,
            first_seen: row.get(4)?,
            last_seen: row.get(5)?,
        })
    })?;
    read.collect()
}

