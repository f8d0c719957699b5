//! What is counted over all orders of some days.

use crate::store::read::{Account, OrderDay};

#[derive(Debug)]
pub(super) struct Counts {
    /// Of a week.
    pub(super) account: Account,
    /// Of a fortnight.
    pub(super) days: Vec<OrderDay>,
}
