//! The report's tables, as text. Where something is of several days, a line of totals ends it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::csv::ORDERS;
use super::numbers::money;
use crate::store::read::{EventDay, OrderDay};

pub(super) fn table(days: &[EventDay], orders: &[OrderDay]) -> String {
    let events = events(days);
    if orders.is_empty() { events } else { events + "\n\n" + &self::orders(orders) }
}

fn events(days: &[EventDay]) -> String {
    if days.is_empty() {
        return "nothing was accepted in that time".to_owned();
    }
    let width = width(days.iter().map(|day| &day.shop));
    let mut text = format!(
        "{:10}  {:width$}  {:20}  {:>8}  {:>6}  {:>6}  {:>9}  {:>6}  ended otherwise",
        "day", "shop", "event", "accepted", "held", "due", "delivered", "test"
    );
    for day in days {
        let _ = write!(text, "\n{}", of_events(&day.day.to_string(), day, width));
    }
    for (of, total) in totals(days, |day| (day.shop.clone(), day.event.clone()), EventDay::add_day)
    {
        let _ = write!(text, "{}{}", parted(of), of_events("total", &total, width));
    }
    text
}

fn of_events(day: &str, one: &EventDay, width: usize) -> String {
    let EventDay { shop, event, accepted, test, held, due, delivered, .. } = one;
    let EventDay { delivered_money, sent_unconfirmed, ended, .. } = one;
    let mut rest = listed(ended);
    if *sent_unconfirmed > 0 {
        rest.push(format!("({sent_unconfirmed} sent unconfirmed)"));
    }
    if delivered_money.each().next().is_some() {
        rest.push(format!("[delivered: {}]", money(delivered_money)));
    }
    let line = format!(
        "{day:10}  {shop:width$}  {event:20}  {accepted:>8}  {held:>6}  {due:>6}  {delivered:>9}  \
         {test:>6}  {}",
        rest.join(" "),
    );
    line.trim_end().to_owned()
}

fn orders(days: &[OrderDay]) -> String {
    let width = width(days.iter().map(|day| &day.shop));
    let mut text = format!(
        "{:10}  {:width$}  {:>14}  {:>9}  {:>9}  {:>9}  {:>4}  {:>13}  {:>6}  {:>7}  ended otherwise",
        "day",
        "shop",
        ORDERS,
        "delivered",
        "recovered",
        "confirmed",
        "late",
        "value differs",
        "test",
        "waiting"
    );
    for day in days {
        let _ = write!(text, "\n{}", of_orders(&day.day.to_string(), day, width));
    }
    for (of, total) in totals(days, |day| day.shop.clone(), OrderDay::add_day) {
        let _ = write!(text, "{}{}", parted(of), of_orders("total", &total, width));
    }
    text
}

fn of_orders(day: &str, one: &OrderDay, width: usize) -> String {
    let OrderDay { shop, orders, delivered, recovered, confirmed, late, value_differs, .. } = one;
    let OrderDay { test, waiting, stuck, unread, ended, .. } = one;
    let mut rest = listed(ended);
    if *stuck > 0 {
        rest.push(format!("({stuck} wait longer than usual)"));
    }
    if *unread > 0 {
        rest.push(format!("({unread} could not be read)"));
    }
    if one.money.each().next().is_some() {
        let delivered = match money(&one.delivered_money) {
            none if none.is_empty() => "0".to_owned(),
            some => some,
        };
        rest.push(format!("[orders: {}; delivered: {delivered}]", money(&one.money)));
    }
    let line = format!(
        "{day:10}  {shop:width$}  {orders:>14}  {delivered:>9}  {recovered:>9}  {confirmed:>9}  \
         {late:>4}  {value_differs:>13}  {test:>6}  {waiting:>7}  {}",
        rest.join(" ")
    );
    line.trim_end().to_owned()
}

/// The sums of what has several days, with its place among them.
fn totals<D: Clone, K: Ord>(
    days: &[D],
    key: impl Fn(&D) -> K,
    add: impl Fn(&mut D, &D),
) -> Vec<(usize, D)> {
    let mut sums: BTreeMap<K, (i64, D)> = BTreeMap::new();
    for day in days {
        match sums.get_mut(&key(day)) {
            Some((n, sum)) => {
                *n += 1;
                add(sum, day);
            }
            None => drop(sums.insert(key(day), (1, day.clone()))),
        }
    }
    let several = sums.into_values().filter(|(n, _)| *n > 1).map(|(_, sum)| sum);
    several.enumerate().collect()
}

/// Totals stand below an empty line.
fn parted(n: usize) -> &'static str {
    if n == 0 { "\n\n" } else { "\n" }
}

fn width<'a>(shops: impl Iterator<Item = &'a String>) -> usize {
    shops.map(String::len).max().unwrap_or(0).max(4)
}

fn listed(ended: &BTreeMap<String, i64>) -> Vec<String> {
    let all: Vec<_> = ended.iter().map(|(end, n)| format!("{n} {end}")).collect();
    if all.is_empty() { all } else { vec![all.join(", ")] }
}
