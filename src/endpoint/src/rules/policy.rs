//! What a shop has decided about its Purchases: `[shops.purchase]` of the configuration.

use assent_gate::order::{Money, Sold};

/// How a Purchase and its order come together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PurchasePolicy {
    pub confirm: Confirm,
    pub confirm_on: ConfirmOn,
    pub hold_seconds: i64,
    pub unconfirmed: Unconfirmed,
    /// The currency of an order's figures.
    pub money: Money,
    pub report: ReportedKinds,
}

/// What proves a Purchase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirm {
    /// It waits for Shopify's order webhook.
    Webhook,
    /// The browser's word is enough.
    Beacon,
}

impl Confirm {
    /// The configuration's words.
    pub const WORDS: [(&str, Self); 2] = [("webhook", Self::Webhook), ("beacon", Self::Beacon)];
}

/// Which webhook says that an order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfirmOn {
    /// `orders/create`; met by `orders/paid` as well, for what is paid has been made.
    Created,
    Paid,
}

impl ConfirmOn {
    /// The configuration's words.
    pub const WORDS: [(&str, Self); 2] = [("created", Self::Created), ("paid", Self::Paid)];
}

/// What becomes of a Purchase whose order did not come in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unconfirmed {
    Send,
    Drop,
}

impl Unconfirmed {
    /// The configuration's words.
    pub const WORDS: [(&str, Self); 2] = [("send", Self::Send), ("drop", Self::Drop)];
}

/// Which kinds of orders are reported besides those of a checkout.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReportedKinds {
    pub test: bool,
    pub pos: bool,
    pub draft: bool,
    pub renewals: bool,
}

impl ReportedKinds {
    pub fn admits(self, sold: Sold) -> bool {
        match sold {
            Sold::Checkout => true,
            Sold::Test => self.test,
            Sold::PointOfSale => self.pos,
            Sold::Draft => self.draft,
            Sold::Renewal => self.renewals,
        }
    }
}
