//! What is known of an order, as a story tells it.

use crate::store::engine::{self, Connection, OptionalExtension as _, Row, params};
use assent_gate::hex::EventId;
use assent_gate::order::Figures;
use assent_gate::settings::ShopDomain;

use super::values::Figure;
use crate::store::error::Result;
use crate::store::links::{Kind, Link};
use crate::store::rows::history::{Line, lines};
use crate::store::rows::{columns, link};

pub(super) struct OrderRow {
    pub(super) shop: String,
    /// `None`: no checkout made it.
    pub(super) event_id: Option<String>,
    pub(super) checkout: Option<Link>,
    pub(super) cart: Option<Link>,
    pub(super) state: String,
    pub(super) reason: String,
    pub(super) history: Vec<Line>,
    pub(super) figure: Option<Figure>,
    order_id: String,
    name: Option<String>,
}

impl OrderRow {
    /// As the merchant calls it, or else its id.
    pub(super) fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.order_id)
    }
}

/// Rows that hold only a refund are no orders: they have no figures. Nor has an order that could not
/// be read, but a reason, which says so.
const ORDER: &str =
    "SELECT shop, event_id, checkout, cart, state, reason, history, figures, order_id,
         name
     FROM order_fact WHERE (figures IS NOT NULL OR reason <> '') AND";

/// The order of this Purchase.
pub(super) fn of_purchase(
    store: &Connection,
    shop: &ShopDomain,
    id: &EventId,
) -> Result<Option<OrderRow>> {
    let sql = format!("{ORDER} shop = ?1 AND event_id = ?2");
    let keys = params![shop.as_str(), columns::of_event_id(id)];
    Ok(store.prepare_cached(&sql)?.query_row(keys, order).optional()?)
}

/// Those that an id or a name finds.
pub(super) fn hanging_on(
    store: &Connection,
    shop: &ShopDomain,
    number: Link,
) -> Result<Vec<OrderRow>> {
    let sql = format!("{ORDER} {}", link::hanging(Kind::Order));
    let mut find = store.prepare_cached(&sql)?;
    let found = find.query_map(params![shop.as_str(), number], order)?;
    Ok(found.collect::<engine::Result<_>>()?)
}

fn order(row: &Row<'_>) -> engine::Result<OrderRow> {
    let (history, figures): (String, Option<String>) = (row.get(6)?, row.get(7)?);
    let figures = figures.and_then(|json| serde_json::from_str::<Figures>(&json).ok());
    let figure = figures.and_then(|figures| {
        let currency = figures.properties.currency.map(String::from);
        Some(Figure { value: figures.properties.value?, currency })
    });
    Ok(OrderRow {
        shop: row.get(0)?,
        event_id: columns::event_id_or_null(row, 1)?,
        checkout: row.get(2)?,
        cart: row.get(3)?,
        state: row.get(4)?,
        reason: row.get(5)?,
        history: lines(&history),
        figure,
        order_id: row.get(8)?,
        name: row.get(9)?,
    })
}
