//! Which of a shop's pixels brings its beacons. Two at once are counted once, but they cost each shopper twice; this is
//! what `report` tells it by.

use assent_gate::beacon::Client;
use assent_gate::hex::Digest;
use assent_gate::time::{HOUR, Timestamp};
use rusqlite::{Connection, params};
use serde::Serialize;

use crate::store::rows::event as row;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Custom,
    App,
    Npm,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Custom, Self::App, Self::Npm];

    /// The contract's word.
    fn word(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::App => "app",
            Self::Npm => "npm",
        }
    }

    /// As people call it.
    fn name(self) -> &'static str {
        match self {
            Self::Custom => "the custom pixel",
            Self::App => "the app extension",
            Self::Npm => "a pixel of the shop's own",
        }
    }
}

/// The pixel that sent a beacon, by its own account.
#[derive(Debug, Clone)]
pub struct Pixel {
    kind: Kind,
    version: Option<String>,
    settings: Option<Digest>,
}

impl Pixel {
    /// `None`: it calls itself by no known word. Anyone may post, so nothing is kept that is not of the expected form.
    pub fn of(client: &Client) -> Option<Self> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.word() == client.kind)?;
        let version = Some(client.version.clone()).filter(|version| is_version(version));
        Some(Self { kind, version, settings: client.settings.clone() })
    }

    pub(in crate::store) fn name(&self) -> &'static str {
        self.kind.name()
    }

    /// Notes that it is at work in this shop; at most once an hour, so that beacons do not pay for it.
    pub(in crate::store) fn seen(&self, tx: &Connection, shop: &str, now: Timestamp) -> rusqlite::Result<()> {
        tx.prepare_cached(
            "INSERT INTO pixel (shop, kind, version, settings, first_at, last_at) VALUES (?1, ?2, ?3, ?4, ?5, ?5)
             ON CONFLICT (shop, kind) DO UPDATE SET version = excluded.version, settings = excluded.settings,
                 last_at = excluded.last_at WHERE last_at <= excluded.last_at - ?6",
        )?
        .execute(params![
            shop,
            self.kind.word(),
            self.version,
            self.settings.as_ref().map(Digest::as_str),
            now.0,
            HOUR
        ])?;
        Ok(())
    }

    /// Tells an event's story that this pixel brought it too; nothing where the story names this pixel already.
    pub(in crate::store) fn seen_again(
        &self,
        tx: &Connection,
        shop: &str,
        id: &str,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        let from = format!("from {}", self.name());
        tx.prepare_cached(
            "UPDATE event SET history = history || ?3 WHERE shop = ?1 AND event_id = ?2 AND instr(history, ?4) = 0",
        )?
        .execute(params![shop, id, row::line(now, &format!("seen again: {from}")), from])?;
        Ok(())
    }
}

/// Three short numbers with dots between: no room for an e-mail address or a telephone number.
fn is_version(text: &str) -> bool {
    let short = |number: &str| matches!(number.len(), 1..=3) && number.bytes().all(|byte| byte.is_ascii_digit());
    text.split('.').count() == 3 && text.split('.').all(short)
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, version: &str) -> Option<Pixel> {
        Pixel::of(&Client { version: version.to_owned(), kind: kind.to_owned(), settings: None })
    }

    #[test]
    fn what_a_stranger_calls_a_pixel_is_not_kept() {
        for kind in ["", "Custom", "jane@example.com", "browser"] {
            assert!(of(kind, "1.0.0").is_none(), "{kind}");
        }
        for version in ["", "1", "1.0", "1.0.0.0", "1..0", "12133734253", "1.0.jane@example.com", "1234.0.0"] {
            assert_eq!(of("app", version).and_then(|pixel| pixel.version), None, "{version}");
        }
        assert_eq!(of("npm", "0.12.103").and_then(|pixel| pixel.version).as_deref(), Some("0.12.103"));
    }
}
