//! Which pixels were at work in a shop.

use crate::store::engine::{self, Connection, params};
use serde::Serialize;

use crate::calendar::Days;
use crate::pixel::PixelKind;

/// One of a shop's pixels, as it was last seen. Times are Unix seconds.
#[derive(Debug, Clone, Serialize)]
pub struct PixelSeen {
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

impl PixelSeen {
    /// As people call it.
    pub fn name(&self) -> &str {
        PixelKind::of_word(&self.kind).map_or(self.kind.as_str(), |kind| kind.name())
    }
}

/// Those that were at work in these days, by shop. What has sent nothing for 7 days is forgotten.
pub(in crate::store) fn seen(store: &Connection, days: Days) -> engine::Result<Vec<PixelSeen>> {
    let (first, last) = days.seconds();
    let sql = "SELECT shop, kind, version, settings, first_at, last_at FROM pixel
         WHERE last_at >= ?1 AND first_at <= ?2 ORDER BY shop, first_at, kind";
    let mut find = store.prepare_cached(sql)?;
    let pixels = find.query_map(params![first, last], |row| {
        Ok(PixelSeen {
            shop: row.get(0)?,
            kind: row.get(1)?,
            version: row.get(2)?,
            settings: row.get(3)?,
            first_seen: row.get(4)?,
            last_seen: row.get(5)?,
        })
    })?;
    pixels.collect()
}
