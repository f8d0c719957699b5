//! How many events came on each day, and what became of them, for `report`.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use serde::Serialize;

use crate::calendar::{Day, Days};
use crate::rules::debt::{End, Stage};
use crate::rules::order::{Mark, Marks};
use crate::store::rows::day;

/// One day (UTC, when the events were accepted), shop and event. `accepted` is always the sum of
/// held, due, delivered and ended.
#[derive(Debug, Clone, Serialize)]
pub struct EventDay {
    pub day: Day,
    pub shop: String,
    pub event: String,
    pub accepted: i64,
    /// Of these: tests, which TikTok shows and does not count.
    pub test: i64,
    pub held: i64,
    pub due: i64,
    pub delivered: i64,
    /// Purchases that went out although no order had come, nor has since.
    pub sent_unconfirmed: i64,
    /// Every end but `delivered`, by name.
    pub ended: BTreeMap<String, i64>,
}

pub(in crate::store) fn days(store: &Connection, days: Days) -> rusqlite::Result<Vec<EventDay>> {
    let mut found: BTreeMap<(Day, String, String), EventDay> = BTreeMap::new();
    let mut counts = store.prepare(&format!(
        "SELECT day, shop, name, state, marks, CAST(sum(n) AS BIGINT), test FROM
             (SELECT {} AS day, shop, name, state, marks, 1 AS n, test
              FROM event WHERE received_at BETWEEN ?1 AND ?2
              UNION ALL
              SELECT day, shop, name, state, marks, n, test
              FROM tally WHERE day BETWEEN ?3 AND ?4) AS counts
         GROUP BY day, shop, name, state, marks, test",
        day::number_of("received_at")
    ))?;
    let (first, last) = days.seconds();
    let bounds = params![first, last, days.first().number(), days.last().number()];
    let mut rows = counts.query(bounds)?;
    while let Some(row) = rows.next()? {
        let Some(day) = Day::of_number(row.get(0)?) else { continue };
        let (shop, event): (String, String) = (row.get(1)?, row.get(2)?);
        let counted = found
            .entry((day, shop.clone(), event.clone()))
            .or_insert_with(|| EventDay::empty(day, shop, event));
        let n = row.get(5)?;
        counted.add(row.get(3)?, Marks(row.get(4)?), n);
        counted.test += if row.get(6)? { n } else { 0 };
    }
    Ok(found.into_values().collect())
}

impl EventDay {
    fn empty(day: Day, shop: String, event: String) -> Self {
        Self {
            day,
            shop,
            event,
            accepted: 0,
            test: 0,
            held: 0,
            due: 0,
            delivered: 0,
            sent_unconfirmed: 0,
            ended: BTreeMap::new(),
        }
    }

    fn add(&mut self, state: String, marks: Marks, n: i64) {
        self.accepted += n;
        if marks.has(Mark::SentUnconfirmed) && !marks.has(Mark::ConfirmedLate) {
            self.sent_unconfirmed += n;
        }
        match Stage::of_name(&state) {
            Some(Stage::Held | Stage::Parked) => self.held += n,
            Some(Stage::Due) => self.due += n,
            Some(Stage::Ended(End::Delivered)) => self.delivered += n,
            // A word that this release does not know is counted all the same.
            Some(Stage::Ended(_)) | None => *self.ended.entry(state).or_default() += n,
        }
    }
}
