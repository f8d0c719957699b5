use super::records::Record;
use crate::text::Text;

/// Shopify's own signal. `None` is a field that was missing or no boolean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shopify {
    pub marketing: Option<bool>,
    pub sale_of_data: Option<bool>,
    pub analytics: Option<bool>,
    pub preferences: Option<bool>,
    /// Whether this came by `visitorConsentCollected`: then a `false` is an answer. At page start
    /// it may only mean that nobody has asked yet.
    pub answered: bool,
}

impl Shopify {
    /// Both that a grant needs.
    pub fn permits(self) -> bool {
        self.marketing == Some(true) && self.sale_of_data == Some(true)
    }

    /// The shopper was asked, and said no.
    pub fn answers_no(self) -> bool {
        self.answered && (self.marketing == Some(false) || self.sale_of_data == Some(false))
    }
}

/// Everything that was read, nothing decided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Signals {
    pub shopify: Shopify,
    /// Global Privacy Control; `None` where it cannot be read (strict worker).
    pub gpc: Option<bool>,
    pub records: Vec<Record>,
    /// The page is on a host where a CMP's record could be seen.
    pub within_reach: bool,
    /// The device's own marker says that a grant was ended on another page.
    pub ended_elsewhere: bool,
    /// The cookies could not be read: a denial may stand in them.
    pub unreadable: bool,
    /// When Shopify's banner was answered yes, as this page heard it or the device has kept it: in
    /// Unix seconds, or whatever stands there. It says on what ground there is a grant, never whether
    /// there is one.
    pub said_yes_at: Option<Text>,
}
