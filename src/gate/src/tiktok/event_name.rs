use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::expected::expected;
use crate::text::split;

/// TikTok's event names (docs/facts/tiktok.md#event-names). The literal is the same in both legs,
/// or TikTok counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
pub enum EventName {
    AddPaymentInfo,
    AddToCart,
    AddToWishlist,
    ApplicationApproval,
    CompleteRegistration,
    Contact,
    CustomizeProduct,
    Download,
    FindLocation,
    InitiateCheckout,
    Lead,
    Pageview,
    Purchase,
    Schedule,
    Search,
    StartTrial,
    SubmitApplication,
    Subscribe,
    ViewContent,
}

/// In the order of the variants.
const NAMES: &str = "AddPaymentInfo AddToCart AddToWishlist ApplicationApproval CompleteRegistration Contact \
    CustomizeProduct Download FindLocation InitiateCheckout Lead Pageview Purchase Schedule \
    Search StartTrial SubmitApplication Subscribe ViewContent";

impl EventName {
    pub const ALL: [Self; 19] = [
        Self::AddPaymentInfo,
        Self::AddToCart,
        Self::AddToWishlist,
        Self::ApplicationApproval,
        Self::CompleteRegistration,
        Self::Contact,
        Self::CustomizeProduct,
        Self::Download,
        Self::FindLocation,
        Self::InitiateCheckout,
        Self::Lead,
        Self::Pageview,
        Self::Purchase,
        Self::Schedule,
        Self::Search,
        Self::StartTrial,
        Self::SubmitApplication,
        Self::Subscribe,
        Self::ViewContent,
    ];

    pub fn as_str(self) -> &'static str {
        split(NAMES, b' ').nth(self as usize).unwrap_or_default()
    }
}

impl FromStr for EventName {
    type Err = EventNameExpected;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or(EventNameExpected)
    }
}

expected! {
    pub EventNameExpected: "one of TikTok's event names is expected, such as Purchase or AddToCart";
}

/// By its word, so that it is written in one place; a derived one would bring every word a second
/// time.
impl Serialize for EventName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_has_its_own_word() {
        for name in EventName::ALL {
            assert_eq!(name.as_str(), format!("{name:?}"));
            assert_eq!(name.as_str().parse(), Ok(name));
        }
    }
}
