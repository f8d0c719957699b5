//! Table `order_fact`: what Shopify's webhooks told of an order, without anybody's name.

use assent_gate::hex::EventId;
use assent_gate::order::{Facts, Figures, Sold};
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::{Row, params};

use super::columns;
use super::history;
use super::tx::Tx;
use crate::rules::debt::Stage;
use crate::rules::order::{Heard, Marks, Topic};
use crate::store::error::{Result, StoreError};
use crate::store::links::{Link, Linked};

/// An order whose figures are known.
pub(in crate::store) struct OrderFact {
    pub(in crate::store) id: i64,
    pub(in crate::store) created_at: Timestamp,
    pub(in crate::store) heard: Heard,
    pub(in crate::store) figures: Figures,
}

/// What became of an order where it has no Purchase, and a copy of its Purchase's end where it has
/// one.
#[derive(PartialEq)]
pub(in crate::store) struct KnownStanding {
    /// `None`: a word that this release does not know.
    pub(in crate::store) stage: Option<Stage>,
    pub(in crate::store) reason: String,
}

/// What an order is counted by when its row goes.
pub(in crate::store) struct OldOrder {
    pub(in crate::store) id: i64,
    pub(in crate::store) shop: String,
    /// `false`: only its refund has come.
    pub(in crate::store) is_known: bool,
    pub(in crate::store) created_at: Timestamp,
    /// Its Purchase's state where there is a row of it, else its own: as its word, so that one which
    /// this release does not know is counted all the same.
    pub(in crate::store) state: String,
    pub(in crate::store) marks: Marks,
}

const FACT: &str = "SELECT id, sold, created, paid, cancelled, figures, created_at FROM order_fact";

fn fact(row: &Row<'_>) -> Result<OrderFact> {
    let sold = columns::text(row, 1)?.unwrap_or_default();
    let figures = columns::text(row, 5)?.unwrap_or_default();
    Ok(OrderFact {
        id: row.get(0)?,
        created_at: columns::time(row, 6)?,
        heard: Heard {
            sold: sold_of_word(&String::from_utf8_lossy(sold))?,
            created: row.get(2)?,
            paid: row.get(3)?,
            cancelled: row.get(4)?,
        },
        figures: serde_json::from_slice(figures).map_err(|_| {
            let value = "what stands in table order_fact".to_owned();
            StoreError::Damaged { expected: "order's figures", value }
        })?,
    })
}

/// A Purchase's order, if it has come.
pub(in crate::store) fn of_purchase(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<OrderFact>> {
    let sql = format!("{FACT} WHERE shop = ?1 AND event_id = ?2 AND figures IS NOT NULL");
    tx.find(&sql, [shop.as_str(), event_id.as_str()], fact)
}

/// Notes what a webhook said. The figures stand as they came first; `bool`: whether this topic is
/// news of this order.
pub(in crate::store) fn note(
    tx: Tx<'_>,
    shop: &ShopDomain,
    facts: &Facts,
    topic: Topic,
    told: &str,
    now: Timestamp,
) -> Result<(OrderFact, bool)> {
    let id = place(tx, shop, &facts.order_id, now)?;
    fill(tx, id, facts)?;
    let news = hear(tx, id, topic, told, now)?;
    Ok((tx.one(&format!("{FACT} WHERE id = ?1"), [id], fact)?, news))
}

/// A refund, whose order may come after it.
pub(in crate::store) fn note_refund(
    tx: Tx<'_>,
    shop: &ShopDomain,
    order_id: &str,
    told: &str,
    now: Timestamp,
) -> Result<()> {
    let id = place(tx, shop, order_id, now)?;
    hear(tx, id, Topic::Refunded, told, now).map(|_| ())
}

/// A webhook of which nothing but the order's number could be read. What is known of the order
/// stays as it is.
pub(in crate::store) fn note_unread(
    tx: Tx<'_>,
    shop: &ShopDomain,
    order_id: &str,
    told: &str,
    now: Timestamp,
) -> Result<()> {
    let id = place(tx, shop, order_id, now)?;
    tell(tx, id, told, now)?;
    let sql = "UPDATE order_fact SET reason = ?2 WHERE id = ?1 AND figures IS NULL";
    tx.execute(sql, params![id, told]).map(|_| ())
}

/// A line of its story. Said once.
pub(in crate::store) fn tell(tx: Tx<'_>, id: i64, told: &str, now: Timestamp) -> Result<()> {
    let sql = "UPDATE order_fact SET history = history || ?2
               WHERE id = ?1 AND instr(history, char(9) || ?3 || char(10)) = 0";
    tx.execute(sql, params![id, history::line(now, told), told]).map(|_| ())
}

/// The order's row; where there is none a new one, without figures.
fn place(tx: Tx<'_>, shop: &ShopDomain, order_id: &str, now: Timestamp) -> Result<i64> {
    let sql =
        "INSERT INTO order_fact (shop, order_id, created_at, received_at, sold, created, paid,
             cancelled, refunded, state, marks, reason, history)
         VALUES (?1, ?2, ?3, ?3, ?4, 0, 0, 0, 0, ?5, 0, '', '')
         ON CONFLICT (shop, order_id) DO UPDATE SET order_id = excluded.order_id RETURNING id";
    let (sold, stage) = (word(Sold::Checkout), Stage::Held.name());
    let keys = params![shop.as_str(), order_id, now.0, sold, stage];
    tx.one(sql, keys, |row| Ok(row.get(0)?))
}

fn fill(tx: Tx<'_>, id: i64, facts: &Facts) -> Result<()> {
    let Facts { order_id: _, event_id, checkout, cart, created_at, sold, figures } = facts;
    let sql = "UPDATE order_fact SET event_id = ?2, checkout = ?3, cart = ?4, created_at = ?5,
                   sold = ?6, figures = ?7 WHERE id = ?1 AND figures IS NULL";
    let keys = params![
        id,
        event_id.as_ref().map(EventId::as_str),
        columns::anchor(checkout.as_ref()),
        columns::anchor(cart.as_ref()),
        created_at.0,
        word(*sold),
        columns::json(figures)?,
    ];
    tx.execute(sql, keys).map(|_| ())
}

fn hear(tx: Tx<'_>, id: i64, topic: Topic, told: &str, now: Timestamp) -> Result<bool> {
    let column = match topic {
        Topic::Created => "created",
        Topic::Paid => "paid",
        Topic::Cancelled => "cancelled",
        Topic::Refunded => "refunded",
    };
    let sql = format!(
        "UPDATE order_fact SET {column} = 1, history = history || ?2 WHERE id = ?1 AND {column} = 0"
    );
    Ok(tx.execute(&sql, params![id, history::line(now, told)])? > 0)
}

pub(in crate::store) fn standing(tx: Tx<'_>, id: i64) -> Result<Option<KnownStanding>> {
    tx.find("SELECT state, reason FROM order_fact WHERE id = ?1", [id], |row| {
        Ok(KnownStanding { stage: columns::known_stage(row, 0)?, reason: row.get(1)? })
    })
}

/// How it stands from now on, with a line in its story.
pub(in crate::store) fn set_standing(
    tx: Tx<'_>,
    id: i64,
    stage: Stage,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let sql =
        "UPDATE order_fact SET state = ?2, reason = ?3, history = history || ?4 WHERE id = ?1";
    tx.execute(sql, params![id, stage.name(), reason, history::line(now, reason)]).map(|_| ())
}

/// An order knows how its Purchase stands, also when the Purchase's row is gone.
pub(in crate::store) fn follow(tx: Tx<'_>, event: i64) -> Result<()> {
    let sql =
        "UPDATE order_fact SET state = event.state, reason = event.reason, marks = event.marks
               FROM event WHERE event.id = ?1 AND order_fact.shop = event.shop
                   AND order_fact.event_id = event.event_id";
    tx.execute(sql, [event]).map(|_| ())
}

pub(in crate::store) fn is_known(tx: Tx<'_>, shop: &ShopDomain, order_id: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM order_fact WHERE shop = ?1 AND order_id = ?2";
    tx.exists(sql, [shop.as_str(), order_id])
}

pub(in crate::store) fn linked(
    tx: Tx<'_>,
    shop: &ShopDomain,
    link: Link<'_>,
) -> Result<Vec<Linked<i64>>> {
    if matches!(link, Link::Visitor(_)) {
        return Ok(Vec::new()); // nobody's visitor stands there
    }
    let (column, key) = columns::of_link(&link);
    let sql = format!(
        "SELECT id, checkout, cart, NULL FROM order_fact WHERE shop = ?1 AND {column} = ?2"
    );
    tx.list(&sql, params![shop.as_str(), key], columns::linked)
}

pub(in crate::store) fn by_number(
    tx: Tx<'_>,
    shop: &ShopDomain,
    order_id: &str,
) -> Result<Vec<Linked<i64>>> {
    let sql = "SELECT id, checkout, cart, NULL FROM order_fact WHERE shop = ?1 AND order_id = ?2";
    tx.list(sql, [shop.as_str(), order_id], columns::linked)
}

/// Shopify writes an order's id as a bare number in one place and as `gid://shopify/Order/…` in
/// another.
pub(in crate::store) fn bare_number(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

/// Its number, as Shopify has it.
pub(in crate::store) fn number(tx: Tx<'_>, id: i64) -> Result<Option<String>> {
    tx.find("SELECT order_id FROM order_fact WHERE id = ?1", [id], |row| Ok(row.get(0)?))
}

/// Nothing leads to it any more but `name`. That its figures were known, and so that it counts,
/// stays.
pub(in crate::store) fn erase(tx: Tx<'_>, id: i64, name: &str) -> Result<()> {
    let sql = "UPDATE order_fact SET order_id = ?2, event_id = NULL, checkout = NULL, cart = NULL,
                   figures = CASE WHEN figures IS NULL THEN NULL ELSE '' END, reason = '',
                   history = '' WHERE id = ?1";
    tx.execute(sql, params![id, name]).map(|_| ())
}

/// Some of those that came before then.
pub(in crate::store) fn received_before(
    tx: Tx<'_>,
    then: Timestamp,
    limit: i64,
) -> Result<Vec<OldOrder>> {
    let sql = "SELECT order_fact.id, order_fact.shop, order_fact.figures IS NOT NULL,
             order_fact.created_at, coalesce(event.state, order_fact.state),
             coalesce(event.marks, order_fact.marks)
         FROM order_fact LEFT JOIN event
             ON event.shop = order_fact.shop AND event.event_id = order_fact.event_id
         WHERE order_fact.received_at < ?1 ORDER BY order_fact.received_at LIMIT ?2";
    tx.list(sql, [then.0, limit], |row| {
        Ok(OldOrder {
            id: row.get(0)?,
            shop: row.get(1)?,
            is_known: row.get(2)?,
            created_at: columns::time(row, 3)?,
            state: row.get(4)?,
            marks: Marks(row.get(5)?),
        })
    })
}

pub(in crate::store) fn delete(tx: Tx<'_>, id: i64) -> Result<()> {
    tx.execute("DELETE FROM order_fact WHERE id = ?1", [id]).map(|_| ())
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

fn sold_of_word(text: &str) -> Result<Sold> {
    const ALL: [Sold; 5] =
        [Sold::Checkout, Sold::Test, Sold::PointOfSale, Sold::Draft, Sold::Renewal];
    let damaged = || StoreError::Damaged { expected: "kind of order", value: text.to_owned() };
    ALL.into_iter().find(|sold| word(*sold) == text).ok_or_else(damaged)
}
