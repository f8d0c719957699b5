//! The report as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::rules::debt::End;
use crate::store::read::{EventDay, OrderDay};

/// The orders' rows, among those of events.
const ORDERS: &str = "Shopify orders";

/// Every end but `delivered`, which has its own column.
fn other_ends() -> impl Iterator<Item = &'static str> {
    End::ALL.iter().filter(|end| **end != End::Delivered).map(|end| end.name())
}

/// One table: for orders, `accepted` is how many Shopify told of, and `held` how many wait.
pub(super) fn csv(days: &[EventDay], orders: &[OrderDay]) -> String {
    let ends: Vec<_> = other_ends().collect();
    let mut text = format!(
        "day,shop,event,accepted,held,due,delivered,{},sent_unconfirmed,\
         recovered,confirmed,late,value_differs,test",
        ends.join(",")
    );
    let of = |ended: &BTreeMap<String, i64>| {
        let counts: Vec<_> =
            ends.iter().map(|end| ended.get(*end).copied().unwrap_or(0).to_string()).collect();
        counts.join(",")
    };
    for one in days {
        let EventDay { day, shop, event, accepted, test, held, due, delivered, .. } = one;
        let EventDay { sent_unconfirmed, ended, .. } = one;
        // Writing to a String cannot fail. No value can contain a comma: days, domains, names of a
        // closed list, counts.
        let _ = write!(
            text,
            "\n{day},{shop},{event},{accepted},{held},{due},{delivered},{},{sent_unconfirmed},\
             0,0,0,0,{test}",
            of(ended)
        );
    }
    for OrderDay {
        day,
        shop,
        orders,
        delivered,
        recovered,
        confirmed,
        late,
        value_differs,
        waiting,
        ended,
        ..
    } in orders
    {
        let _ = write!(
            text,
            "\n{day},{shop},{ORDERS},{orders},{waiting},0,{delivered},{},\
             0,{recovered},{confirmed},{late},{value_differs},0",
            of(ended)
        );
    }
    text
}

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
        "{:10}  {:width$}  {:20}  {:>8}  {:>6}  {:>6}  {:>9}  ended otherwise",
        "day", "shop", "event", "accepted", "held", "due", "delivered"
    );
    for one in days {
        let EventDay { day, shop, event, accepted, test, held, due, delivered, .. } = one;
        let EventDay { sent_unconfirmed, ended, .. } = one;
        let unconfirmed = said(*sent_unconfirmed, "sent unconfirmed");
        let tests = said(*test, "tests, which TikTok does not count");
        let line = format!(
            "{day:10}  {shop:width$}  {event:20}  {accepted:>8}  {held:>6}  {due:>6}  \
             {delivered:>9}  {}{unconfirmed}{tests}",
            listed(ended),
        );
        let _ = write!(text, "\n{}", line.trim_end());
    }
    text
}

fn said(n: i64, what: &str) -> String {
    if n > 0 { format!(" ({n} {what})") } else { String::new() }
}

fn orders(orders: &[OrderDay]) -> String {
    let width = width(orders.iter().map(|day| &day.shop));
    let mut text = format!(
        "{:10}  {:width$}  {:>14}  {:>9}  {:>9}  {:>9}  {:>4}  {:>13}  {:>7}  ended otherwise",
        "day",
        "shop",
        ORDERS,
        "delivered",
        "recovered",
        "confirmed",
        "late",
        "value differs",
        "waiting"
    );
    for OrderDay {
        day,
        shop,
        orders,
        delivered,
        recovered,
        confirmed,
        late,
        value_differs,
        waiting,
        ended,
        ..
    } in orders
    {
        let line = format!(
            "{day:10}  {shop:width$}  {orders:>14}  {delivered:>9}  {recovered:>9}  \
             {confirmed:>9}  {late:>4}  {value_differs:>13}  {waiting:>7}  {}",
            listed(ended)
        );
        let _ = write!(text, "\n{}", line.trim_end());
    }
    text
}

fn width<'a>(shops: impl Iterator<Item = &'a String>) -> usize {
    shops.map(String::len).max().unwrap_or(0).max(4)
}

fn listed(ended: &BTreeMap<String, i64>) -> String {
    ended.iter().map(|(end, n)| format!("{n} {end}")).collect::<Vec<_>>().join(", ")
}
