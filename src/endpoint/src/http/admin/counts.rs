//! What is counted over all orders of some days.

use std::collections::BTreeMap;

use crate::store::read::{Account, OrderDay};

#[derive(Debug)]
pub(super) struct Counts {
    /// Of a week, by shop.
    pub(super) accounts: BTreeMap<String, Account>,
    /// Of a fortnight.
    pub(super) days: Vec<OrderDay>,
}

impl Counts {
    /// Of one shop.
    pub(super) fn of(&self, shop: &str) -> Account {
        self.accounts.get(shop).cloned().unwrap_or_default()
    }

    /// Of all together.
    pub(super) fn account(&self) -> Account {
        let mut sum = Account::default();
        self.accounts.values().for_each(|account| sum.add(account));
        sum
    }
}
