//! An order as the store knows it: what Shopify told, without anybody's name.

use assent_gate::beacon::WireEvent;
use assent_gate::hex::{Anchor, EventId};
use assent_gate::order::{Facts, Figures, Sold};
use assent_gate::tiktok::EventName;
use assent_gate::tiktok::Properties;
use assent_gate::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::accept::to_json;
use super::index;
use super::order::Topic;
use super::row;
use crate::config::Purchase;
use crate::delivery::order::{Heard, Mark, Standing, standing};

pub(super) struct Fact {
    pub(super) id: i64,
    pub(super) created_at: Timestamp,
    heard: Heard,
    pub(super) figures: Figures,
}

const FACT: &str = "SELECT id, sold, created, paid, cancelled, figures, created_at FROM order_fact";
/// Amounts are the same if no one could pay the difference.
const CENT: f64 = 0.005;

impl Fact {
    pub(super) fn standing(&self, purchase: Purchase) -> Standing {
        standing(self.heard, purchase)
    }

    pub(super) fn differs_from(&self, told: &Properties) -> bool {
        let Properties { value, currency, .. } = &self.figures.properties;
        differ((*value, currency.as_deref()), (told.value, told.currency.as_deref()))
    }
}

/// Whether two amounts of money differ.
pub(super) fn differ(one: (Option<f64>, Option<&str>), other: (Option<f64>, Option<&str>)) -> bool {
    match (one, other) {
        ((Some(one), currency), (Some(other), other_currency)) => {
            currency != other_currency || (one - other).abs() > CENT
        }
        ((None, _), (None, _)) => false,
        ((Some(_), _), (None, _)) | ((None, _), (Some(_), _)) => true,
    }
}

/// A Purchase's order, if it has come.
pub(super) fn of(tx: &Connection, shop: &str, event: &WireEvent) -> rusqlite::Result<Option<Fact>> {
    if event.name != EventName::Purchase {
        return Ok(None);
    }
    let sql = format!("{FACT} WHERE shop = ?1 AND event_id = ?2 AND figures IS NOT NULL");
    tx.prepare_cached(&sql)?.query_row(params![shop, event.event_id.as_str()], fact).optional()
}

/// Notes what a webhook said. Its figures stand as they came first; `bool`: whether this topic is news of this order.
pub(super) fn note(
    tx: &Connection,
    shop: &str,
    facts: &Facts,
    topic: Topic,
    now: Timestamp,
) -> rusqlite::Result<(Fact, bool)> {
    let id = place(tx, shop, &facts.order_id, now)?;
    fill(tx, id, facts)?;
    let news = hear(tx, id, topic, now)?;
    let fact = tx.prepare_cached(&format!("{FACT} WHERE id = ?1"))?.query_row([id], fact)?;
    Ok((fact, news))
}

/// A refund, whose order may come after it.
pub(super) fn refund(tx: &Connection, shop: &str, order_id: &str, now: Timestamp) -> rusqlite::Result<i64> {
    let id = place(tx, shop, order_id, now)?;
    hear(tx, id, Topic::Refunded, now)?;
    Ok(id)
}

/// The order's row: a bare one where there is none.
fn place(tx: &Connection, shop: &str, order_id: &str, now: Timestamp) -> rusqlite::Result<i64> {
    tx.prepare_cached(
        "INSERT INTO order_fact (shop, order_id, created_at, received_at, sold, created, paid, cancelled, refunded, state,
             marks, reason, history)
         VALUES (?1, ?2, ?3, ?3, 'checkout', 0, 0, 0, 0, 'held', 0, '', '')
         ON CONFLICT (shop, order_id) DO UPDATE SET order_id = order_id RETURNING id",
    )?
    .query_row(params![shop, order_id, now.0], |row| row.get(0))
}

fn fill(tx: &Connection, id: i64, facts: &Facts) -> rusqlite::Result<()> {
    let Facts { order_id: _, event_id, checkout, cart, created_at, sold, figures } = facts;
    tx.prepare_cached(
        "UPDATE order_fact SET event_id = ?2, checkout = ?3, cart = ?4, created_at = ?5, sold = ?6, figures = ?7
         WHERE id = ?1 AND figures IS NULL",
    )?
    .execute(params![
        id,
        event_id.as_ref().map(EventId::as_str),
        checkout.as_ref().map(Anchor::as_str),
        cart.as_ref().map(Anchor::as_str),
        created_at.0,
        word(*sold),
        to_json(figures)?
    ])?;
    Ok(())
}

fn hear(tx: &Connection, id: i64, topic: Topic, now: Timestamp) -> rusqlite::Result<bool> {
    let column = match topic {
        Topic::Created => "created",
        Topic::Paid => "paid",
        Topic::Cancelled => "cancelled",
        Topic::Refunded => "refunded",
    };
    let sql = format!("UPDATE order_fact SET {column} = 1, history = history || ?2 WHERE id = ?1 AND {column} = 0");
    let line = row::line(now, &format!("Shopify told of the order: {}", topic.name()));
    Ok(tx.prepare_cached(&sql)?.execute(params![id, line])? > 0)
}

/// What became of an order without a Purchase. Told once, not at every webhook, and never instead of what became of its
/// Purchase, whose row may be gone.
pub(super) fn stands(tx: &Connection, id: i64, state: &str, reason: &str, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE order_fact SET state = ?2, reason = ?3, history = history || ?4
         WHERE id = ?1 AND (state, reason) IS NOT (?2, ?3)
             AND state NOT IN ('delivered', 'expired', 'refused_by_tiktok', 'withdrawn', 'erased', 'unconfirmed')",
    )?
    .execute(params![id, state, reason, row::line(now, reason)])?;
    Ok(())
}

/// An order knows how its Purchase stands, also when the Purchase's row is gone.
pub(super) fn follow(tx: &Connection, event: i64) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE order_fact SET state = event.state, reason = event.reason, marks = event.marks
         FROM event WHERE event.id = ?1 AND order_fact.shop = event.shop AND order_fact.event_id = event.event_id",
    )?
    .execute([event])?;
    Ok(())
}

/// Marks a Purchase by its row.
pub(super) fn mark_row(tx: &Connection, event: i64, mark: Mark) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE event SET marks = marks | ?2 WHERE id = ?1")?.execute(params![event, mark.bit()])?;
    follow(tx, event)
}

pub(super) fn unmark_row(tx: &Connection, event: i64, mark: Mark) -> rusqlite::Result<()> {
    tx.prepare_cached("UPDATE event SET marks = marks & ~?2 WHERE id = ?1")?.execute(params![event, mark.bit()])?;
    follow(tx, event)
}

/// Marks a Purchase, and tells why in its story; nothing where it is marked already.
pub(super) fn mark(tx: &Connection, event: i64, mark: Mark, now: Timestamp) -> rusqlite::Result<()> {
    let told = tx
        .prepare_cached("UPDATE event SET history = history || ?2 WHERE id = ?1 AND marks & ?3 = 0")?
        .execute(params![event, row::line(now, said(mark)), mark.bit()])?;
    if told > 0 { mark_row(tx, event, mark) } else { Ok(()) }
}

/// The browser told of it after all: its order came first, and bears it out.
pub(super) fn told_after_all(tx: &Connection, event: i64, now: Timestamp) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE event SET marks = marks & ~?2 | ?3, history = history || ?4 WHERE id = ?1 AND marks & ?2 <> 0",
    )?
    .execute(params![
        event,
        Mark::Recovered.bit(),
        Mark::Confirmed.bit(),
        row::line(now, "the browser told of it after its order")
    ])?;
    follow(tx, event)
}

fn said(mark: Mark) -> &'static str {
    match mark {
        Mark::Recovered => "made from the order and from what the browser had left before",
        Mark::Confirmed => "its order bears it out",
        Mark::ConfirmedLate => "its order came after it had been sent unconfirmed",
        Mark::ValueDiffers => {
            "the browser told another value than the order has; TikTok counts the copy that it got first"
        }
        Mark::SentUnconfirmed => "sent without an order",
    }
}

/// Each order and how it stands: its Purchase's row where there is one, else its own. A bare row of a refund is none.
pub(super) const STANDINGS: &str = "SELECT order_fact.id AS id, date(order_fact.created_at, 'unixepoch') AS day,
         order_fact.shop AS shop, coalesce(event.state, order_fact.state) AS state,
         coalesce(event.marks, order_fact.marks) AS marks
     FROM order_fact LEFT JOIN event ON event.shop = order_fact.shop AND event.event_id = order_fact.event_id
     WHERE order_fact.figures IS NOT NULL";

/// Orders go, and are counted; `of` selects their numbers. What waits by then waits for ever.
pub(super) fn tally(tx: &Connection, of: &str, keys: &[&dyn rusqlite::ToSql]) -> rusqlite::Result<usize> {
    let sql = format!(
        "INSERT INTO order_tally (day, shop, state, marks, n)
         SELECT day, shop, iif(state IN ('held', 'parked', 'due'), 'expired', state), marks, count(*) FROM ({STANDINGS} AND order_fact.id IN ({of})) GROUP BY 1, 2, 3, 4
         ON CONFLICT (day, shop, state, marks) DO UPDATE SET n = n + excluded.n"
    );
    tx.prepare_cached(&sql)?.execute(keys)?;
    tx.prepare_cached(&format!("DELETE FROM order_fact WHERE id IN ({of})"))?.execute(keys)
}

/// A customer's erasure: the order is counted as it stands, and can be neither found nor told of any more. Shopify goes on
/// telling of it, so that it is erased stays known, under a name that only this shop's key makes.
pub(super) fn erase(tx: &Connection, id: i64) -> rusqlite::Result<()> {
    let (shop, order_id): (String, String) = tx
        .prepare_cached("SELECT shop, order_id FROM order_fact WHERE id = ?1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    tx.prepare_cached(
        "UPDATE order_fact SET order_id = ?2, event_id = NULL, checkout = NULL, cart = NULL, figures = iif(figures IS NULL, NULL, ''),
             reason = '', history = '' WHERE id = ?1",
    )?
    .execute(params![id, erased_name(tx, &shop, &order_id)?])?;
    Ok(())
}

/// Whether an erasure took this order.
pub(super) fn is_erased(tx: &Connection, shop: &str, order_id: &str) -> rusqlite::Result<bool> {
    let name = erased_name(tx, shop, order_id)?;
    tx.prepare_cached("SELECT 1 FROM order_fact WHERE shop = ?1 AND order_id = ?2")?.exists(params![shop, name])
}

/// No order's number: Shopify's are digits.
fn erased_name(tx: &Connection, shop: &str, order_id: &str) -> rusqlite::Result<String> {
    let key = index::of_shop(tx, shop)?;
    Ok(format!("erased {}", key.map(|key| index::to_hex(&key.of(order_id.as_bytes()))).unwrap_or_default()))
}

/// In the contract's words, where it has some.
fn word(sold: Sold) -> &'static str {
    match sold {
        Sold::Checkout => "checkout",
        Sold::Test => "test",
        Sold::PointOfSale => "pos",
        Sold::Draft => "draft",
        Sold::Renewal => "renewal",
    }
}

const ALL: [Sold; 5] = [Sold::Checkout, Sold::Test, Sold::PointOfSale, Sold::Draft, Sold::Renewal];

fn fact(row: &Row<'_>) -> rusqlite::Result<Fact> {
    let named = row.get_ref(1)?.as_str()?;
    let sold = *ALL.iter().find(|sold| word(**sold) == named).ok_or(rusqlite::Error::InvalidQuery)?;
    let heard = Heard { sold, created: row.get(2)?, paid: row.get(3)?, cancelled: row.get(4)? };
    let figures = serde_json::from_slice(row.get_ref(5)?.as_bytes()?);
    let figures =
        figures.map_err(|e| rusqlite::Error::FromSqlConversionFailure(5, rusqlite::types::Type::Text, Box::new(e)))?;
    Ok(Fact { id: row.get(0)?, created_at: Timestamp(row.get(6)?), heard, figures })
}
