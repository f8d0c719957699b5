use serde::{Deserialize, Serialize};

/// The consent tool on the page; what each writes is in web/cmp/records.js.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Cmp {
    /// Shopify's own banner, and nothing else.
    Shopify,
    Onetrust,
    Cookiebot,
    Usercentrics,
    Didomi,
    Consentmo,
    Pandectes,
    Iubenda,
    Cookieyes,
    /// Nothing but a TC string.
    Tcf,
    /// Unreadable from the sandbox; our bridge tells.
    Bridge,
}

impl Cmp {
    /// As the settings and `assent.toml` name it.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Shopify => "shopify",
            Self::Onetrust => "onetrust",
            Self::Cookiebot => "cookiebot",
            Self::Usercentrics => "usercentrics",
            Self::Didomi => "didomi",
            Self::Consentmo => "consentmo",
            Self::Pandectes => "pandectes",
            Self::Iubenda => "iubenda",
            Self::Cookieyes => "cookieyes",
            Self::Tcf => "tcf",
            Self::Bridge => "bridge",
        }
    }
}
