//! How many orders were made on each day, and what became of them, for `report`.

use crate::store::engine::{self, Connection};
use std::collections::BTreeMap;

use serde::Serialize;

use super::account::{Account, Money};
use super::asked::Asked;
use super::orders::{Alike, each};
use crate::calendar::Day;
use crate::rules::account::Place;
use crate::rules::debt::End;
use crate::rules::order::{Mark, Marks};
use crate::store::rows::order::UNREAD;

/// One day's orders of a shop, by Shopify's time of their making, in the shop's time zone. `orders` is
/// always the sum of delivered, test, waiting, unread and ended; recovered, confirmed, late and
/// `value_differs` are some of the delivered.
#[derive(Debug, Clone, Serialize)]
pub struct OrderDay {
    pub day: Day,
    pub shop: String,
    pub orders: i64,
    pub delivered: i64,
    pub recovered: i64,
    pub confirmed: i64,
    pub late: i64,
    pub value_differs: i64,
    /// Whose Purchase was a test, whatever became of it.
    pub test: i64,
    pub waiting: i64,
    /// Of those that wait: for longer than usual.
    pub stuck: i64,
    /// Nothing but their numbers could be read.
    pub unread: i64,
    /// What they are worth by Shopify; and those of them that were delivered.
    pub money: Money,
    pub delivered_money: Money,
    /// Every end but `delivered`, by name.
    pub ended: BTreeMap<String, i64>,
}

pub(in crate::store) fn days(
    store: &Connection,
    asked: &Asked<'_>,
) -> engine::Result<Vec<OrderDay>> {
    let mut found = Found::default();
    each(store, asked, |alike| found.add(alike))?;
    Ok(found.days())
}

/// The same, and each shop's account of those made on that day or later, in one look at the orders.
pub(in crate::store) fn days_and_accounts(
    store: &Connection,
    asked: &Asked<'_>,
    since: Day,
) -> engine::Result<(Vec<OrderDay>, BTreeMap<String, Account>)> {
    let mut found = Found::default();
    let mut accounts: BTreeMap<String, Account> = BTreeMap::new();
    each(store, asked, |alike| {
        if alike.day >= since {
            accounts.entry(alike.shop.clone()).or_default().count(&alike);
        }
        found.add(alike);
    })?;
    Ok((found.days(), accounts))
}

#[derive(Default)]
struct Found(BTreeMap<(Day, String), OrderDay>);

impl Found {
    fn add(&mut self, alike: Alike) {
        let key = (alike.day, alike.shop.clone());
        let counted =
            self.0.entry(key).or_insert_with_key(|(day, shop)| OrderDay::empty(*day, shop));
        counted.add(alike);
    }

    fn days(self) -> Vec<OrderDay> {
        self.0.into_values().collect()
    }
}

impl OrderDay {
    fn empty(day: Day, shop: &str) -> Self {
        Self {
            day,
            shop: shop.to_owned(),
            orders: 0,
            delivered: 0,
            recovered: 0,
            confirmed: 0,
            late: 0,
            value_differs: 0,
            test: 0,
            waiting: 0,
            stuck: 0,
            unread: 0,
            money: Money::default(),
            delivered_money: Money::default(),
            ended: BTreeMap::new(),
        }
    }

    fn add(&mut self, alike: Alike) {
        let Alike { stage, state, place, marks, n, currency, value, .. } = alike;
        self.orders += n;
        self.money.count(&currency, value);
        match (place, stage) {
            (Place::Reported, _) => {
                self.add_delivered(marks, n);
                self.delivered_money.count(&currency, value);
            }
            (Place::Test, _) => self.test += n,
            (Place::Waiting, _) => self.waiting += n,
            (Place::Stuck, _) => {
                self.waiting += n;
                self.stuck += n;
            }
            (Place::Unread, None) if state == UNREAD => self.unread += n,
            // A word that this release does not know is counted all the same.
            (
                Place::Unread
                | Place::NoConsent
                | Place::ConsentEnded
                | Place::Lost
                | Place::NotForReport,
                _,
            ) => *self.ended.entry(state).or_default() += n,
        }
    }

    fn add_delivered(&mut self, marks: Marks, n: i64) {
        self.delivered += n;
        for (mark, count) in [
            (Mark::Recovered, &mut self.recovered),
            (Mark::Confirmed, &mut self.confirmed),
            (Mark::ConfirmedLate, &mut self.late),
            (Mark::ValueDiffers, &mut self.value_differs),
        ] {
            *count += if marks.has(mark) { n } else { 0 };
        }
    }

    /// How many ended in this way.
    pub fn ended_as(&self, end: End) -> i64 {
        self.ended.get(end.name()).copied().unwrap_or(0)
    }

    /// Adds another day of the same shop.
    pub fn add_day(&mut self, other: &Self) {
        self.orders += other.orders;
        self.delivered += other.delivered;
        self.recovered += other.recovered;
        self.confirmed += other.confirmed;
        self.late += other.late;
        self.value_differs += other.value_differs;
        self.test += other.test;
        self.waiting += other.waiting;
        self.stuck += other.stuck;
        self.unread += other.unread;
        self.money.add(&other.money);
        self.delivered_money.add(&other.delivered_money);
        for (end, n) in &other.ended {
            *self.ended.entry(end.clone()).or_default() += n;
        }
    }
}
