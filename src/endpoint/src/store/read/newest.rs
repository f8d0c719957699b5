//! What happens now, in lines: the newest first of all, then what is new since the last look. For
//! `assent tail` and the dashboard's live page.
//!
//! Asking costs the writer nothing: it waits for no reader, and what is read are the ends of indexes.
//! Rows have no number of their last change, so an end is found by its time, and a few seconds are
//! read twice: a transaction's time is taken before its commit.

use crate::store::engine::{self, Connection, Params, params};
use std::collections::{BTreeMap, HashMap, HashSet};

use assent_gate::settings::ShopDomain;
use assent_gate::time::{DAY, Timestamp};

use super::live_line::{About, EVENT, Happened, LiveLine, ORDER};
use super::{pauses, refusals};
use crate::calendar::Day;
use crate::store::error::Result;
use crate::store::rows::shop as shops;
use crate::store::rows::tx::Tx;

/// Longer than a transaction waits for its commit, in seconds.
const READ_TWICE: i64 = 3;
/// Where one kind of event is asked for, so many of the newest rows are looked through for a start:
/// there may be a million, and none of that kind.
const LOOKED_THROUGH: i64 = 20_000;
/// Orders without a Purchase that are looked at again, in case they have changed.
const ORDERS: i64 = 200;

/// Which lines; `None` is every one.
#[derive(Debug, Clone, Default)]
pub struct Watched {
    pub shop: Option<ShopDomain>,
    /// TikTok's name of it.
    pub event: Option<String>,
    /// A line's [`LiveLine::state`].
    pub state: Option<String>,
}

impl Watched {
    fn admits(&self, line: &LiveLine) -> bool {
        let is = |wanted: &Option<String>, found: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| Some(wanted) == found)
        };
        let shop = self.shop.as_ref().is_none_or(|shop| shop.as_str() == line.shop);
        // An order is a Purchase's.
        let of_order = (line.about == About::Order).then_some("Purchase");
        shop && is(&self.event, line.event.as_deref().or(of_order))
            && is(&self.state, Some(&line.state))
    }
}

/// How far somebody has read. The default one has read nothing.
#[derive(Debug, Clone, Default)]
pub struct Cursor {
    /// `None`: nothing has been read.
    read: Option<Read>,
}

#[derive(Debug, Clone)]
struct Read {
    /// The number of the last event.
    event: i64,
    /// Ends from then on may be news.
    ends_since: i64,
    /// Ends that have been told, and their times.
    told_ends: HashMap<i64, i64>,
    /// Orders as they were told.
    orders: BTreeMap<i64, String>,
    /// How many were refused on a day.
    refusals: HashMap<(Day, String, String, String), i64>,
    pauses: BTreeMap<String, String>,
}

/// The newest lines, at most `limit`, if nothing has been read; else what has happened since, and if
/// that is more than `limit` the oldest of it. In the sequence of time.
pub(in crate::store) fn lines(
    store: &Connection,
    watched: &Watched,
    cursor: &mut Cursor,
    limit: usize,
    now: Timestamp,
) -> Result<Vec<LiveLine>> {
    // One moment for all that is read.
    let moment = store.moment()?;
    let look = Look { store: &moment, watched, limit, now };
    let (read, mut found) = match cursor.read.take() {
        None => look.first()?,
        Some(read) => look.next(read)?,
    };
    cursor.read = Some(read);
    found.sort_by_key(|happened| happened.line().at);
    let finished = found.into_iter().map(|happened| happened.finished(&moment));
    Ok(finished.collect::<engine::Result<_>>()?)
}

struct Look<'a> {
    store: &'a Connection,
    watched: &'a Watched,
    limit: usize,
    now: Timestamp,
}

impl Look<'_> {
    fn first(&self) -> Result<(Read, Vec<Happened>)> {
        let mut read = Read {
            event: self.number("SELECT coalesce(max(id), 0) FROM event")?,
            ends_since: self.now.0 - READ_TWICE,
            told_ends: HashMap::new(),
            orders: BTreeMap::new(),
            refusals: HashMap::new(),
            pauses: BTreeMap::new(),
        };
        let mut found = match &self.watched.shop {
            Some(shop) => self.newest_of(shop)?,
            None => self.newest_of_all()?,
        };
        let ends = self.ends_since(read.ends_since)?;
        read.told_ends = ends.into_iter().collect();
        found.extend(self.orders(&mut read)?);
        found.extend(self.refusals(&mut read)?);
        found.extend(self.pauses(&mut read)?);
        found.retain(|happened| self.watched.admits(happened.line()));
        found.sort_by_key(|happened| happened.line().at);
        let older = found.len().saturating_sub(self.limit);
        Ok((read, found.split_off(older)))
    }

    fn next(&self, mut read: Read) -> Result<(Read, Vec<Happened>)> {
        let new = format!("{EVENT} WHERE event.id > ?1 ORDER BY event.id LIMIT ?2");
        let mut found = self.events(&new, params![read.event, self.most()])?;
        read.event = found.last().map_or(read.event, |last| last.id);
        let new: HashSet<i64> = found.iter().map(|event| event.id).collect();
        // A clock that was set back must not hide what ends now.
        let since = read.ends_since.min(self.now.0 - READ_TWICE);
        let ends = self.ends_since(since)?;
        let one = format!("{EVENT} WHERE event.id = ?1");
        for (id, at) in &ends {
            // What is newer than the last one that was told comes with its turn.
            if *id > read.event || read.told_ends.contains_key(id) {
                continue;
            }
            if !new.contains(id) {
                if found.len() >= self.limit {
                    continue;
                }
                found.extend(self.events(&one, params![id])?);
            }
            read.told_ends.insert(*id, *at);
        }
        if ends.iter().all(|(id, _)| read.told_ends.contains_key(id)) {
            read.ends_since = self.now.0 - READ_TWICE;
            let since = read.ends_since;
            read.told_ends.retain(|_, at| *at >= since);
        }
        found.extend(self.orders(&mut read)?);
        found.extend(self.refusals(&mut read)?);
        found.extend(self.pauses(&mut read)?);
        found.retain(|happened| self.watched.admits(happened.line()));
        Ok((read, found))
    }

    /// By two indexes of which each has its own part of the shop's events in about their sequence.
    fn newest_of(&self, shop: &ShopDomain) -> Result<Vec<Happened>> {
        let (event, state) = self.wanted();
        let keys = params![shop.as_str(), event, state, self.most()];
        let mut found = Vec::new();
        for (ended, newest) in [(1, "at"), (0, "horizon")] {
            let sql = format!(
                "{EVENT} WHERE event.shop = ?1 AND event.ended = {ended} AND {WANTED}
                     AND event.{newest} >= coalesce((SELECT newer.{newest} FROM event AS newer
                         WHERE newer.shop = ?1 AND newer.ended = {ended}
                         ORDER BY newer.{newest} DESC LIMIT 1 OFFSET {LOOKED_THROUGH}), 0)
                 ORDER BY event.{newest} DESC LIMIT ?4"
            );
            found.extend(self.events(&sql, keys)?);
        }
        Ok(found)
    }

    fn newest_of_all(&self) -> Result<Vec<Happened>> {
        let (event, state) = self.wanted();
        let sql = format!(
            "{EVENT} WHERE event.id > (SELECT max(id) FROM event) - ?1 AND {WANTED}
             ORDER BY event.id DESC LIMIT ?4"
        );
        self.events(&sql, params![LOOKED_THROUGH, event, state, self.most()])
    }

    fn wanted(&self) -> (Option<&str>, Option<&str>) {
        (self.watched.event.as_deref(), self.watched.state.as_deref())
    }

    fn most(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX)
    }

    fn events(&self, sql: &str, keys: Params<'_>) -> Result<Vec<Happened>> {
        let mut find = self.store.prepare_cached(sql)?;
        let found = find.query_map(keys, Happened::of_event)?;
        Ok(found.collect::<engine::Result<_>>()?)
    }

    fn shops(&self) -> Result<Vec<ShopDomain>> {
        match &self.watched.shop {
            Some(shop) => Ok(vec![shop.clone()]),
            None => shops::all(Tx::new(self.store)),
        }
    }

    /// The numbers and times of what has ended since then.
    fn ends_since(&self, then: i64) -> Result<Vec<(i64, i64)>> {
        let sql = "SELECT id, at FROM event WHERE shop = ?1 AND ended = 1 AND at >= ?2 ORDER BY at";
        let mut find = self.store.prepare_cached(sql)?;
        let mut ends = Vec::new();
        for shop in &self.shops()? {
            let rows = find.query_map(params![shop.as_str(), then], |row| {
                Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))
            })?;
            for row in rows {
                ends.push(row?);
            }
        }
        Ok(ends)
    }

    /// Orders that have no Purchase here, where they are new or stand otherwise than they did.
    fn orders(&self, read: &mut Read) -> Result<Vec<Happened>> {
        let last = self.number("SELECT coalesce(max(id), 0) FROM order_fact")?;
        let known = read.orders.keys().next_back().copied().unwrap_or(last - ORDERS);
        let after = known.min(last - ORDERS);
        let sql = format!("{ORDER} AND order_fact.id > ?1 ORDER BY order_fact.id");
        let mut find = self.store.prepare_cached(&sql)?;
        let mut found = Vec::new();
        let mut stand = BTreeMap::new();
        for order in find.query_map(params![after], Happened::of_order)? {
            let order = order?;
            let said = format!("{} {}", order.line().state, order.line().said);
            let is_news = read.orders.get(&order.id) != Some(&said);
            stand.insert(order.id, said);
            if is_news {
                found.push(order);
            }
        }
        read.orders = stand;
        Ok(found)
    }

    /// Of yesterday and today: more than these are told by `assent report`.
    fn refusals(&self, read: &mut Read) -> Result<Vec<Happened>> {
        let yesterday = (self.now.0 - DAY).div_euclid(DAY);
        let mut found = Vec::new();
        for shop in &self.shops()? {
            for day in refusals::of_shop_since(self.store, shop, yesterday)? {
                let key = (day.day, day.shop.clone(), day.door.clone(), day.reason.clone());
                let before = read.refusals.insert(key, day.n).unwrap_or(0);
                if day.n > before {
                    found.push(Happened::other(LiveLine::of_refusal(&day, day.n - before)));
                }
            }
        }
        Ok(found)
    }

    fn pauses(&self, read: &mut Read) -> Result<Vec<Happened>> {
        let now = pauses::now(self.store)?.into_iter().map(|paused| (paused.shop, paused.why));
        let now: BTreeMap<String, String> = now.collect();
        let line = |shop: &str, state, said: &str| {
            let line = LiveLine::of_shop(self.now.0, shop, About::Shop, state, said.to_owned());
            Happened::other(line)
        };
        let stopped = now.iter().filter(|(shop, why)| read.pauses.get(*shop) != Some(why));
        let mut found: Vec<_> = stopped.map(|(shop, why)| line(shop, "paused", why)).collect();
        let moving = read.pauses.keys().filter(|shop| !now.contains_key(*shop));
        found.extend(moving.map(|shop| line(shop, "running", "the shop's sends go on")));
        read.pauses = now;
        Ok(found)
    }

    fn number(&self, sql: &str) -> Result<i64> {
        Ok(self.store.prepare_cached(sql)?.query_row(params![], |row| row.get(0))?)
    }
}

/// The contract has one word for what waits for its order, parked or not.
const WANTED: &str = "(?2 IS NULL OR event.name = ?2)
     AND (?3 IS NULL OR event.state = ?3 OR (?3 = 'held' AND event.state = 'parked'))";

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::file;

    const NOW: Timestamp = Timestamp(1_772_442_000);

    /// A store that has known one shop, and every statement of two looks.
    fn overheard(watched: &Watched) -> (Connection, BTreeSet<String>) {
        let mut store = file::in_memory();
        let shop: ShopDomain = "acme.myshopify.com".parse().expect("a shop");
        shops::key_or_new(Tx::new(&store), &shop).expect("a key");
        let heard = store.overhear(|store| {
            let mut cursor = Cursor::default();
            for _ in 0..2 {
                lines(store, watched, &mut cursor, 10, NOW).expect("lines");
            }
        });
        (store, heard)
    }

    /// A week's events lie there by the million, and somebody looks twice a second.
    #[test]
    fn no_look_reads_a_whole_table_but_that_of_the_shops() {
        let one = Watched { shop: "acme.myshopify.com".parse().ok(), ..Watched::default() };
        for watched in [Watched::default(), one] {
            let (store, heard) = overheard(&watched);
            let queries = heard.iter().filter(|sql| sql.starts_with("SELECT"));
            assert!(queries.clone().count() >= 6, "{heard:#?}");
            for sql in queries {
                for step in store.plan(sql) {
                    let is_of_shops = step == "SCAN shop" || step.starts_with("SCAN shop USING");
                    assert!(!step.starts_with("SCAN ") || is_of_shops, "{step}: {sql}");
                    assert!(!step.contains("TEMP B-TREE"), "{step}: {sql}");
                }
            }
        }
    }
}
