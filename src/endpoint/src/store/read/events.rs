//! How many events came on each day, and what became of them, for `report`.

use crate::store::engine::{self, Connection, Row};
use std::collections::BTreeMap;

use serde::Serialize;

use super::account::Money;
use super::asked::Asked;
use crate::calendar::Day;
use crate::rules::debt::{End, Stage};
use crate::rules::order::{Mark, Marks};
use crate::store::rows::quarter::{QUARTER, quarter_of};
use crate::zone::Zone;

/// One day (in the shop's time zone, when the events were accepted), shop and event. `accepted` is
/// always the sum of test, held, due, delivered and ended.
#[derive(Debug, Clone, Serialize)]
pub struct EventDay {
    pub day: Day,
    pub shop: String,
    pub event: String,
    pub accepted: i64,
    /// Tests, whatever became of them: TikTok shows them and does not count them.
    pub test: i64,
    pub held: i64,
    pub due: i64,
    pub delivered: i64,
    /// What the delivered are worth, as TikTok was told. Of Purchases only.
    pub delivered_money: Money,
    /// Purchases that went out although no order had come, nor has since.
    pub sent_unconfirmed: i64,
    /// Every end but `delivered`, by name.
    pub ended: BTreeMap<String, i64>,
}

fn live(of_shop: &str) -> String {
    let received = quarter_of("received_at");
    format!(
        "SELECT {received} AS quarter, shop, name, state, marks, test,
             coalesce(currency, '') AS money, count(*), coalesce(sum(value), 0.0)
         FROM event WHERE {of_shop} received_at BETWEEN ?1 AND ?2 GROUP BY 1, 2, 3, 4, 5, 6, 7"
    )
}

fn gone(of_shop: &str) -> String {
    format!(
        "SELECT day, shop, name, state, marks, test, currency, n, value FROM tally
         WHERE {of_shop} day BETWEEN ?1 AND ?2"
    )
}

pub(in crate::store) fn days(
    store: &Connection,
    asked: &Asked<'_>,
) -> engine::Result<Vec<EventDay>> {
    let mut found: BTreeMap<(Day, String, String), EventDay> = BTreeMap::new();
    let mut count = |day: Day, row: &Row<'_>| {
        let key: (Day, String, String) = (day, row.get(1)?, row.get(2)?);
        let counted = found
            .entry(key)
            .or_insert_with_key(|(day, shop, event)| EventDay::empty(*day, shop, event));
        counted.add(row)
    };
    let (first, last) = Zone::around(asked.days);
    let mut events = store.prepare_cached(&live(&asked.condition("shop")))?;
    let mut rows = events.query(&asked.keys([&first, &last]))?;
    while let Some(row) = rows.next()? {
        let (quarter, shop): (i64, String) = (row.get(0)?, row.get(1)?);
        let day = asked.zones.of_shop(&shop).day(quarter.saturating_mul(QUARTER));
        if let Some(day) = day.filter(|day| asked.days.contain(*day)) {
            count(day, &row)?;
        }
    }
    let (first, last) = (asked.days.first().number(), asked.days.last().number());
    let mut counts = store.prepare_cached(&gone(&asked.condition("shop")))?;
    let mut rows = counts.query(&asked.keys([&first, &last]))?;
    while let Some(row) = rows.next()? {
        if let Some(day) = Day::of_number(row.get(0)?) {
            count(day, &row)?;
        }
    }
    Ok(found.into_values().collect())
}

impl EventDay {
    fn empty(day: Day, shop: &str, event: &str) -> Self {
        Self {
            day,
            shop: shop.to_owned(),
            event: event.to_owned(),
            accepted: 0,
            test: 0,
            held: 0,
            due: 0,
            delivered: 0,
            delivered_money: Money::default(),
            sent_unconfirmed: 0,
            ended: BTreeMap::new(),
        }
    }

    fn add(&mut self, row: &Row<'_>) -> engine::Result<()> {
        let (state, marks): (String, _) = (row.get(3)?, Marks(row.get(4)?));
        let n: i64 = row.get(7)?;
        self.accepted += n;
        if row.get(5)? {
            self.test += n;
            return Ok(());
        }
        if marks.has(Mark::SentUnconfirmed) && !marks.has(Mark::ConfirmedLate) {
            self.sent_unconfirmed += n;
        }
        match Stage::of_name(&state) {
            Some(Stage::Held | Stage::Parked) => self.held += n,
            Some(Stage::Due) => self.due += n,
            Some(Stage::Ended(End::Delivered)) => {
                self.delivered += n;
                self.delivered_money.count(&row.get::<String>(6)?, row.get(8)?);
            }
            // A word that this release does not know is counted all the same.
            Some(Stage::Ended(_)) | None => *self.ended.entry(state).or_default() += n,
        }
        Ok(())
    }

    /// Adds another day of the same.
    pub fn add_day(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.test += other.test;
        self.held += other.held;
        self.due += other.due;
        self.delivered += other.delivered;
        self.delivered_money.add(&other.delivered_money);
        self.sent_unconfirmed += other.sent_unconfirmed;
        for (end, n) in &other.ended {
            *self.ended.entry(end.clone()).or_default() += n;
        }
    }
}
