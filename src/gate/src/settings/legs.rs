//! The two copies of an event: the browser's and the server's.

use serde::Serialize;

use crate::tiktok::EventName;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Leg {
    Browser,
    Server,
}

impl Leg {
    /// The contract's words.
    pub const WORDS: [(&str, Self); 2] = [("browser", Self::Browser), ("server", Self::Server)];
}

/// Which of the two copies an event has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Legs {
    pub browser: bool,
    pub server: bool,
}

impl Legs {
    pub(super) fn of(to: &[Leg]) -> Self {
        Self { browser: to.contains(&Leg::Browser), server: to.contains(&Leg::Server) }
    }

    pub fn any(self) -> bool {
        self.browser || self.server
    }

    /// The default routes (docs/contract.md#routes); events that only a shop's custom event can
    /// produce have none.
    #[allow(
        clippy::wildcard_enum_match_arm,
        reason = "every name outside the routes table has no default route"
    )]
    pub(super) fn by_default(name: EventName) -> Self {
        match name {
            EventName::Pageview | EventName::ViewContent | EventName::Search => {
                Self { browser: true, server: false }
            }
            EventName::AddToCart
            | EventName::InitiateCheckout
            | EventName::AddPaymentInfo
            | EventName::Purchase => Self { browser: true, server: true },
            _ => Self { browser: false, server: false },
        }
    }
}
