//! What a Purchase is worth, by the browser's word and by the order's.

use crate::store::engine::{self, Row};
use serde::Serialize;

use crate::rules::order::Amount;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Figure {
    pub value: f64,
    pub currency: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Values {
    pub browser: Option<Figure>,
    /// The browser says that it fired its copy, with its own value.
    pub browser_fired: bool,
    pub order: Option<Figure>,
    /// As the server sent it, or will.
    pub sent: Option<Figure>,
}

impl Figure {
    /// A value, and behind it its currency.
    pub(super) fn at(row: &Row<'_>, column: usize) -> engine::Result<Option<Self>> {
        let value: Option<f64> = row.get(column)?;
        let currency = row.get(column + 1)?;
        Ok(value.map(|value| Self { value, currency }))
    }

    fn amount(&self) -> Amount<'_> {
        Amount { value: Some(self.value), currency: self.currency.as_deref() }
    }
}

impl Values {
    pub(super) fn unless_empty(self) -> Option<Self> {
        let is_empty = self.browser.is_none() && self.order.is_none() && self.sent.is_none();
        (!is_empty).then_some(self)
    }

    /// Whether browser and order tell two different ones.
    pub fn differ(&self) -> bool {
        match (&self.browser, &self.order) {
            (Some(browser), Some(order)) => browser.amount().differs_from(order.amount()),
            (Some(_) | None, Some(_) | None) => false,
        }
    }
}
