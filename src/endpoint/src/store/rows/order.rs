//! Table `order_fact`: what Shopify's webhooks told of an order, without anybody's name.

use crate::store::engine::{Row, params};
use assent_gate::hex::EventId;
use assent_gate::order::{Facts, Figures, Sold};
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::money::Money;
use super::tx::Tx;
use super::{columns, history, link};
use crate::rules::account::marks_of;
use crate::rules::debt::Stage;
use crate::rules::order::{Heard, Marks, Topic};
use crate::store::error::{Result, StoreError};
use crate::store::links::{Kind, Link, Links};
use crate::store::pseudonym_key::PseudonymKey;

/// An order whose figures are known.
pub(in crate::store) struct OrderFact {
    pub(in crate::store) id: i64,
    pub(in crate::store) created_at: Timestamp,
    pub(in crate::store) heard: Heard,
    pub(in crate::store) figures: Figures,
}

/// By what an order is found: Shopify's id of it, and what the merchant calls it.
pub(in crate::store) struct FoundBy {
    pub(in crate::store) id: Link,
    pub(in crate::store) names: Vec<Link>,
}

impl FoundBy {
    pub(in crate::store) fn of(key: &PseudonymKey, facts: &Facts) -> Self {
        let mut names: Vec<Link> = facts.names().map(|name| key.of_order_name(name)).collect();
        names.dedup();
        Self { id: key.of_order(&facts.order_id), names }
    }

    pub(in crate::store) fn all(&self) -> impl Iterator<Item = Link> {
        [self.id].into_iter().chain(self.names.iter().copied())
    }
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
    pub(in crate::store) known: Known,
    pub(in crate::store) created_at: Timestamp,
    /// Its Purchase's state where there is a row of it, else its own: as its word, so that one which
    /// this release does not know is counted all the same.
    pub(in crate::store) state: String,
    pub(in crate::store) marks: Marks,
    pub(in crate::store) money: Money,
}

/// What a row holds of its order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Known {
    /// Its figures, or that they were erased.
    Figures,
    /// Shopify told of it, and nothing but its number could be read.
    Number,
    /// Only its refund has come.
    Refund,
}

/// What an order counts as of which nothing but its number was ever known.
pub(in crate::store) const UNREAD: &str = "unread";

/// [`Known`], as it is asked of a row: 2, 1 or 0.
pub(in crate::store) const KNOWN: &str = "CASE WHEN order_fact.figures IS NOT NULL THEN 2
     WHEN order_fact.reason <> '' OR order_fact.created = 1 OR order_fact.paid = 1
         OR order_fact.cancelled = 1 THEN 1 ELSE 0 END";

/// An order's marks, and [`Mark::Test`] if its Purchase's row says so.
pub(in crate::store) const MARKS: &str =
    "coalesce(event.marks | (event.test * 32), order_fact.marks)";

impl Known {
    pub(in crate::store) fn of(number: i64) -> Self {
        match number {
            2 => Self::Figures,
            1 => Self::Number,
            _ => Self::Refund,
        }
    }
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

/// A Purchase's order, if it has come. One that cannot be read is none: its next webhook fills it
/// anew.
pub(in crate::store) fn of_purchase(
    tx: Tx<'_>,
    shop: &ShopDomain,
    event_id: &EventId,
) -> Result<Option<OrderFact>> {
    let sql = format!("{FACT} WHERE shop = ?1 AND event_id = ?2 AND figures IS NOT NULL");
    let keys = params![shop.as_str(), columns::of_event_id(event_id)];
    let (found, damaged) = tx.list_sound(&sql, keys, fact)?;
    damaged.into_iter().try_for_each(|id| empty_damaged(tx, shop, id))?;
    Ok(found.into_iter().next())
}

/// Notes what a webhook said. The figures stand as they came first; `bool`: whether this topic is
/// news of this order.
pub(in crate::store) fn note(
    tx: Tx<'_>,
    shop: &ShopDomain,
    found_by: &FoundBy,
    facts: &Facts,
    topic: Topic,
    told: &str,
    now: Timestamp,
) -> Result<(OrderFact, bool)> {
    let id = place(tx, shop, found_by.id, &facts.order_id, now)?;
    let sql = format!("{FACT} WHERE shop = ?1 AND id = ?2");
    let read = || tx.list_sound(&sql, params![shop.as_str(), id], fact);
    if !is_empty(tx, shop, id)? && read()?.0.is_empty() {
        empty_damaged(tx, shop, id)?;
    }
    fill(tx, shop, id, found_by, facts)?;
    let news = hear(tx, shop, id, topic, told, now)?;
    Ok((tx.one(&sql, params![shop.as_str(), id], fact)?, news))
}

fn is_empty(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM order_fact WHERE shop = ?1 AND id = ?2 AND figures IS NULL";
    tx.exists(sql, params![shop.as_str(), id])
}

/// A damaged row: it alone is emptied, and its order's next webhook fills it anew.
fn empty_damaged(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<()> {
    tracing::error!(order = id, "an order's row of the store cannot be read; it alone is emptied");
    let sql = "UPDATE order_fact SET figures = NULL, sold = ?3 WHERE shop = ?1 AND id = ?2";
    tx.write(sql, params![shop.as_str(), id, word(Sold::Checkout)])
}

/// A refund, whose order may come after it.
pub(in crate::store) fn note_refund(
    tx: Tx<'_>,
    shop: &ShopDomain,
    number: Link,
    order_id: &str,
    told: &str,
    now: Timestamp,
) -> Result<()> {
    let id = place(tx, shop, number, order_id, now)?;
    hear(tx, shop, id, Topic::Refunded, told, now).map(|_| ())
}

/// A webhook of which nothing but the order's number could be read. What is known of the order
/// stays as it is.
pub(in crate::store) fn note_unread(
    tx: Tx<'_>,
    shop: &ShopDomain,
    number: Link,
    order_id: &str,
    told: &str,
    now: Timestamp,
) -> Result<()> {
    let id = place(tx, shop, number, order_id, now)?;
    tell(tx, shop, id, told, now)?;
    let sql = "UPDATE order_fact SET reason = ?3 WHERE shop = ?1 AND id = ?2 AND figures IS NULL";
    tx.write(sql, params![shop.as_str(), id, told])
}

/// A line of its story. Said once.
pub(in crate::store) fn tell(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    told: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE order_fact SET history = history || ?3 WHERE shop = ?1 AND id = ?2
                   AND replace(history, ?4, '') = history";
    let (line, same) = (history::line(now, told), format!("\t{told}\n"));
    tx.write(sql, params![shop.as_str(), id, line, same])
}

/// The order's row; where there is none a new one, without figures.
fn place(
    tx: Tx<'_>,
    shop: &ShopDomain,
    number: Link,
    order_id: &str,
    now: Timestamp,
) -> Result<i64> {
    let sql =
        "INSERT INTO order_fact (shop, order_id, customer, created_at, received_at, sold, created,
             paid, cancelled, refunded, state, marks, reason, history)
         VALUES (?1, ?2, ?3, ?4, ?4, ?5, 0, 0, 0, 0, ?6, 0, '', '')
         ON CONFLICT (shop, order_id) DO UPDATE SET order_id = excluded.order_id RETURNING id";
    let (sold, stage) = (word(Sold::Checkout), Stage::Held.name());
    let keys = params![shop.as_str(), order_id, number, now.0, sold, stage];
    let id = tx.one(sql, keys, |row| Ok(row.get(0)?))?;
    link::put(tx, shop, Kind::Order, id, [number])?;
    Ok(id)
}

fn fill(tx: Tx<'_>, shop: &ShopDomain, id: i64, found_by: &FoundBy, facts: &Facts) -> Result<()> {
    let Facts { name, event_id, checkout, cart, created_at, sold, figures, .. } = facts;
    let Money { value, currency } = Money::of(&figures.properties);
    let sql = "UPDATE order_fact SET event_id = ?3, created_at = ?4, sold = ?5, figures = ?6,
                   value = ?7, currency = ?8, name = ?9
               WHERE shop = ?1 AND id = ?2 AND figures IS NULL";
    let keys = params![
        shop.as_str(),
        id,
        event_id.as_ref().map(columns::of_event_id),
        created_at.0,
        word(*sold),
        columns::json(figures)?,
        value,
        currency,
        name.as_deref(),
    ];
    if tx.execute(sql, keys)? == 0 {
        return Ok(());
    }
    let links = Links {
        checkout: checkout.as_ref().map(Link::of_anchor),
        cart: cart.as_ref().map(Link::of_anchor),
        visitor: None,
        customer: found_by.all().collect(),
    };
    link::set(tx, shop, Kind::Order, id, &links)
}

fn hear(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    topic: Topic,
    told: &str,
    now: Timestamp,
) -> Result<bool> {
    let column = match topic {
        Topic::Created => "created",
        Topic::Paid => "paid",
        Topic::Cancelled => "cancelled",
        Topic::Refunded => "refunded",
    };
    let sql = format!(
        "UPDATE order_fact SET {column} = 1, history = history || ?3
         WHERE shop = ?1 AND id = ?2 AND {column} = 0"
    );
    Ok(tx.execute(&sql, params![shop.as_str(), id, history::line(now, told)])? > 0)
}

pub(in crate::store) fn standing(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
) -> Result<Option<KnownStanding>> {
    let sql = "SELECT state, reason FROM order_fact WHERE shop = ?1 AND id = ?2";
    tx.find(sql, params![shop.as_str(), id], |row| {
        Ok(KnownStanding { stage: columns::known_stage(row, 0)?, reason: row.get(1)? })
    })
}

/// How it stands from now on, without a Purchase, with a line in its story.
pub(in crate::store) fn set_standing(
    tx: Tx<'_>,
    shop: &ShopDomain,
    id: i64,
    stage: Stage,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE order_fact SET state = ?3, reason = ?4, history = history || ?5, marks = ?6
               WHERE shop = ?1 AND id = ?2";
    let (line, marks) = (history::line(now, reason), marks_of(reason).0);
    tx.write(sql, params![shop.as_str(), id, stage.name(), reason, line, marks])
}

/// An order knows how its Purchase stands, also when the Purchase's row is gone.
pub(in crate::store) fn follow(tx: Tx<'_>, shop: &ShopDomain, event: i64) -> Result<()> {
    let sql = format!(
        "UPDATE order_fact SET state = event.state, reason = event.reason, marks = {MARKS}
         FROM event WHERE event.shop = ?1 AND event.id = ?2 AND order_fact.shop = ?1
             AND order_fact.event_id = event.event_id"
    );
    tx.write(&sql, params![shop.as_str(), event])
}

pub(in crate::store) fn is_known(tx: Tx<'_>, shop: &ShopDomain, order_id: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM order_fact WHERE shop = ?1 AND order_id = ?2";
    tx.exists(sql, params![shop.as_str(), order_id])
}

/// Its number, as Shopify has it.
pub(in crate::store) fn number(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<Option<String>> {
    let sql = "SELECT order_id FROM order_fact WHERE shop = ?1 AND id = ?2";
    tx.find(sql, params![shop.as_str(), id], |row| Ok(row.get(0)?))
}

/// Nothing leads to it any more but `name`. That its figures were known, and so that it counts,
/// stays.
pub(in crate::store) fn erase(tx: Tx<'_>, shop: &ShopDomain, id: i64, name: &str) -> Result<()> {
    link::set(tx, shop, Kind::Order, id, &Links::default())?;
    let sql = "UPDATE order_fact SET order_id = ?3, name = NULL, event_id = NULL,
                   figures = CASE WHEN figures IS NULL THEN NULL ELSE '' END, reason = '',
                   value = NULL, currency = NULL, history = '' WHERE shop = ?1 AND id = ?2";
    tx.write(sql, params![shop.as_str(), id, name])
}

/// Some of those that came before then; and the numbers of what cannot be read of them.
pub(in crate::store) fn received_before(
    tx: Tx<'_>,
    shop: &ShopDomain,
    then: Timestamp,
    limit: i64,
) -> Result<(Vec<OldOrder>, Vec<i64>)> {
    let sql = format!(
        "SELECT order_fact.id, {KNOWN}, order_fact.created_at,
             coalesce(event.state, order_fact.state), {MARKS}, order_fact.value,
             order_fact.currency
         FROM order_fact LEFT JOIN event
             ON event.shop = order_fact.shop AND event.event_id = order_fact.event_id
         WHERE order_fact.shop = ?1 AND order_fact.received_at < ?2
         ORDER BY order_fact.received_at LIMIT ?3"
    );
    tx.list_sound(&sql, params![shop.as_str(), then.0, limit], |row| {
        Ok(OldOrder {
            id: row.get(0)?,
            known: Known::of(row.get(1)?),
            created_at: columns::time(row, 2)?,
            state: row.get(3)?,
            marks: Marks(row.get(4)?),
            money: Money { value: row.get(5)?, currency: row.get(6)? },
        })
    })
}

pub(in crate::store) fn delete(tx: Tx<'_>, shop: &ShopDomain, id: i64) -> Result<()> {
    link::delete(tx, shop, Kind::Order, id)
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
