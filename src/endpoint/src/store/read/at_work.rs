//! What a shop's pixels and orders brought lately, and what TikTok said: what `check` shows.

use crate::store::engine::{self, Connection, OptionalExtension as _, Row, params};
use std::collections::BTreeMap;

use assent_gate::settings::ShopDomain;
use assent_gate::time::{DAY, HOUR, Timestamp};

use crate::rules::debt::Stage;
use crate::rules::mode::Mode;
use crate::store::error::Result;
use crate::store::stored_evidence::StoredEvidence;

/// So many of the latest ends, and receipts, are looked at: what a reading costs must not grow with the store.
const LATEST: i64 = 1000;

/// One shop, as its rows of the last days show it.
#[derive(Debug, Clone, Default)]
pub struct AtWork {
    /// By event, those of 7 days.
    pub arrivals: Vec<Arrivals>,
    /// The latest that ended, the newest first; of 7 days, and not all of many.
    pub ends: Vec<EndSeen>,
    /// When Shopify last told of each topic, by its name.
    pub topics: BTreeMap<String, Timestamp>,
    pub grounds: Grounds,
    /// The number of the order that Shopify told of last.
    pub newest_order: Option<String>,
}

/// What came of one kind of event from the browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrivals {
    /// TikTok's name of it.
    pub name: String,
    pub last_at: Timestamp,
    /// Of the last 24 hours.
    pub day: Payloads,
}

/// How many events, and how many of them had each of these.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Payloads {
    pub events: i64,
    /// The browser's copy went to TikTok's pixel.
    pub fired: i64,
    pub external_id: i64,
    pub email: i64,
    pub phone: i64,
    pub ttclid: i64,
    pub ttp: i64,
    pub ip: i64,
}

impl Payloads {
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            events: self.events + more.events,
            fired: self.fired + more.fired,
            external_id: self.external_id + more.external_id,
            email: self.email + more.email,
            phone: self.phone + more.phone,
            ttclid: self.ttclid + more.ttclid,
            ttp: self.ttp + more.ttp,
            ip: self.ip + more.ip,
        }
    }
}

/// An event at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndSeen {
    pub name: String,
    /// `None`: a word that this release does not know.
    pub stage: Option<Stage>,
    /// TikTok's last code.
    pub code: Option<i64>,
    pub at: Timestamp,
    pub mode: Mode,
}

/// What the latest receipts rest on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grounds {
    pub receipts: i64,
    /// Of them: consent, by the slug of the tool that has it on record.
    pub consent: BTreeMap<String, i64>,
}

pub(in crate::store) fn of(
    store: &Connection,
    shop: &ShopDomain,
    now: Timestamp,
) -> Result<AtWork> {
    Ok(AtWork {
        arrivals: arrivals(store, shop, now)?,
        ends: ends(store, shop, now)?,
        topics: topics(store, shop)?,
        grounds: grounds(store, shop, now)?,
        newest_order: newest_order(store, shop)?,
    })
}

fn arrivals(
    store: &Connection,
    shop: &ShopDomain,
    now: Timestamp,
) -> engine::Result<Vec<Arrivals>> {
    let sql =
        "SELECT name, hour, last_at, events, fired, external_id, email, phone, ttclid, ttp, ip
         FROM payload_count WHERE shop = ?1 AND hour > ?2";
    let hour = now.0.div_euclid(HOUR);
    let mut find = store.prepare_cached(sql)?;
    let mut rows = find.query(params![shop.as_str(), hour - 7 * DAY / HOUR])?;
    let mut found: BTreeMap<String, (Timestamp, Payloads)> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (of_hour, last_at) = (row.get::<i64>(1)?, Timestamp(row.get(2)?));
        let of = found.entry(row.get(0)?).or_insert((last_at, Payloads::default()));
        of.0 = of.0.max(last_at);
        // This hour and the 23 before it.
        if of_hour > hour - DAY / HOUR {
            of.1 = of.1.and(payloads(&row)?);
        }
    }
    let arrivals = |(name, (last_at, day))| Arrivals { name, last_at, day };
    Ok(found.into_iter().map(arrivals).collect())
}

fn payloads(row: &Row<'_>) -> engine::Result<Payloads> {
    Ok(Payloads {
        events: row.get(3)?,
        fired: row.get(4)?,
        external_id: row.get(5)?,
        email: row.get(6)?,
        phone: row.get(7)?,
        ttclid: row.get(8)?,
        ttp: row.get(9)?,
        ip: row.get(10)?,
    })
}

fn ends(store: &Connection, shop: &ShopDomain, now: Timestamp) -> engine::Result<Vec<EndSeen>> {
    let sql = "SELECT name, state, code, at, test FROM event
         WHERE shop = ?1 AND ended = 1 AND at >= ?2 ORDER BY at DESC LIMIT ?3";
    let mut find = store.prepare_cached(sql)?;
    let end = |row: &Row<'_>| {
        Ok(EndSeen {
            name: row.get(0)?,
            stage: Stage::of_name(&row.get::<String>(1)?),
            code: row.get(2)?,
            at: Timestamp(row.get(3)?),
            mode: Mode::of(row.get(4)?),
        })
    };
    find.query_map(params![shop.as_str(), now.0 - 7 * DAY, LATEST], end)?.collect()
}

fn topics(store: &Connection, shop: &ShopDomain) -> engine::Result<BTreeMap<String, Timestamp>> {
    let mut find = store.prepare_cached("SELECT topic, last_at FROM topic WHERE shop = ?1")?;
    let topic = |row: &Row<'_>| Ok((row.get(0)?, Timestamp(row.get(1)?)));
    find.query_map(params![shop.as_str()], topic)?.collect()
}

/// Those in use in the last 7 days. One that cannot be read is left to `store check`.
fn grounds(store: &Connection, shop: &ShopDomain, now: Timestamp) -> engine::Result<Grounds> {
    let sql = "SELECT evidence FROM receipt WHERE shop = ?1 AND last_at >= ?2
         ORDER BY last_at DESC LIMIT ?3";
    let mut find = store.prepare_cached(sql)?;
    let mut rows = find.query(params![shop.as_str(), now.0 - 7 * DAY, LATEST])?;
    let mut grounds = Grounds::default();
    while let Some(row) = rows.next()? {
        let Ok(evidence) = serde_json::from_slice::<StoredEvidence>(row.get_ref(0)?.as_bytes()?)
        else {
            continue;
        };
        grounds.receipts += 1;
        if let Some(tool) = tool(&evidence) {
            *grounds.consent.entry(tool).or_insert(0) += 1;
        }
    }
    Ok(grounds)
}

/// Whose record it is that a consent rests on; `None`: it is a permission only.
fn tool(evidence: &StoredEvidence) -> Option<String> {
    if evidence.basis != "consent" {
        return None;
    }
    let records = || evidence.records.iter();
    let deciding = records().find(|record| record.deciding).or_else(|| records().next());
    Some(deciding.map_or_else(|| "a record".to_owned(), |record| record.source.clone()))
}

fn newest_order(store: &Connection, shop: &ShopDomain) -> engine::Result<Option<String>> {
    let sql = "SELECT order_id FROM order_fact WHERE shop = ?1 ORDER BY received_at DESC LIMIT 1";
    store.query_row(sql, params![shop.as_str()], |row| row.get(0)).optional()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::file;

    /// A page that people look at must not read what lies in the store for years.
    #[test]
    fn no_statement_reads_a_whole_table_or_sorts_one() {
        let mut store = file::in_memory();
        let shop = "acme.myshopify.com".parse().expect("a shop");
        let heard = store.overhear(|store| {
            of(store, &shop, Timestamp(1_772_442_000)).expect("it can be read");
        });
        assert_eq!(heard.len(), 5, "{heard:#?}");
        for sql in heard {
            for step in store.plan(&sql) {
                assert!(step.starts_with("SEARCH "), "{step}: {sql}");
            }
        }
    }
}
