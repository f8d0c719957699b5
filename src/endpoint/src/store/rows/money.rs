//! A sum of money in two columns, `value` and `currency`.

use assent_gate::tiktok::Properties;

/// In units of the currency. Null where an order or a Purchase does not say it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(in crate::store) struct Money {
    pub(in crate::store) value: Option<f64>,
    pub(in crate::store) currency: Option<String>,
}

impl Money {
    pub(in crate::store) fn of(told: &Properties) -> Self {
        Self { value: told.value, currency: told.currency.as_deref().map(str::to_owned) }
    }
}
