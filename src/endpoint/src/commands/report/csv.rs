//! The report as one table for a spreadsheet.

use std::collections::BTreeMap;

use super::numbers::money;
use crate::commands::failure::Failure;
use crate::rules::debt::End;
use crate::store::read::{EventDay, OrderDay};

/// The orders' rows, among those of events.
pub(super) const ORDERS: &str = "Shopify orders";

/// Every end but `delivered`, which has its own column.
fn other_ends() -> impl Iterator<Item = &'static str> {
    End::ALL.iter().filter(|end| **end != End::Delivered).map(|end| end.name())
}

fn counts(ended: &BTreeMap<String, i64>) -> impl Iterator<Item = String> {
    other_ends().map(|end| ended.get(end).copied().unwrap_or(0).to_string())
}

/// For orders, `accepted` is how many Shopify told of, and `held` how many wait.
pub(super) fn csv(days: &[EventDay], orders: &[OrderDay]) -> Result<String, Failure> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let first = "day,shop,event,accepted,held,due,delivered";
    let last = "sent_unconfirmed,recovered,confirmed,late,value_differs,test,stuck,unread,worth,\
                delivered_worth";
    table.write_record(first.split(',').chain(other_ends()).chain(last.split(',')))?;
    for day in days {
        table.write_record(of_events(day))?;
    }
    for day in orders {
        table.write_record(of_orders(day))?;
    }
    Ok(String::from_utf8(table.into_inner()?)?)
}

fn of_events(one: &EventDay) -> Vec<String> {
    let EventDay { day, shop, event, accepted, test, held, due, delivered, .. } = one;
    let EventDay { delivered_money, sent_unconfirmed, ended, .. } = one;
    let first = [accepted, held, due, delivered].map(i64::to_string);
    let last = [*sent_unconfirmed, 0, 0, 0, 0, *test, 0, 0].map(|n| n.to_string());
    let worth = [String::new(), money(delivered_money)];
    let names = [day.to_string(), shop.clone(), event.clone()];
    names.into_iter().chain(first).chain(counts(ended)).chain(last).chain(worth).collect()
}

fn of_orders(one: &OrderDay) -> Vec<String> {
    let OrderDay { day, shop, orders, delivered, recovered, confirmed, late, .. } = one;
    let OrderDay { value_differs, test, waiting, stuck, unread, .. } = one;
    let first = [*orders, *waiting, 0, *delivered].map(|n| n.to_string());
    let last = [0, *recovered, *confirmed, *late, *value_differs, *test, *stuck, *unread];
    let worth = [money(&one.money), money(&one.delivered_money)];
    let names = [day.to_string(), shop.clone(), ORDERS.to_owned()];
    let last = last.map(|n| n.to_string());
    names.into_iter().chain(first).chain(counts(&one.ended)).chain(last).chain(worth).collect()
}
