//! Which of a shop's pixels bring its beacons, and when each was last seen.

use assent_gate::hex::Digest;
use assent_gate::time::{HOUR, Timestamp};
use rusqlite::{Connection, params};

use crate::pixel::Pixel;
use crate::store::rows::event as row;

/// Notes that it is at work in this shop; at most once an hour, so that beacons do not pay for it.
pub(in crate::store) fn seen(
    tx: &Connection,
    shop: &str,
    pixel: &Pixel,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "INSERT INTO pixel (shop, kind, version, settings, first_at, last_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5)
         ON CONFLICT (shop, kind) DO UPDATE SET version = excluded.version,
             settings = excluded.settings, last_at = excluded.last_at
             WHERE last_at <= excluded.last_at - ?6",
    )?
    .execute(params![
        shop,
        pixel.kind().word(),
        pixel.version(),
        pixel.settings().map(Digest::as_str),
        now.0,
        HOUR
    ])?;
    Ok(())
}

/// Tells an event's story that this pixel brought it too; nothing where the story names it already.
pub(in crate::store) fn seen_again(
    tx: &Connection,
    shop: &str,
    event_id: &str,
    pixel: &Pixel,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let from = format!("from {}", pixel.name());
    tx.prepare_cached(
        "UPDATE event SET history = history || ?3
         WHERE shop = ?1 AND event_id = ?2 AND instr(history, ?4) = 0",
    )?
    .execute(params![shop, event_id, row::line(now, &format!("seen again: {from}")), from])?;
    Ok(())
}
