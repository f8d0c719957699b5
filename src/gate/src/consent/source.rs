use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::expected::expected;

/// Who wrote a record: the closed list of slugs (docs/contract.md#sources), one per consent tool of
/// docs/facts/consent.md#records, and the signals that are no tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Source(&'static str);

impl Source {
    pub const GPC: Self = Self("gpc");
    pub const SHOPIFY: Self = Self("shopify");
    pub const BRIDGE: Self = Self("bridge");

    /// Sources that are signals, not something a shop can name as its CMP.
    const SIGNALS: [&'static str; 5] = ["shopify", "gpc", "gpp", "usp", "google-ac"];

    /// What `cmp` may name.
    pub const CMPS: [&'static str; 36] = [
        "avada",
        "axeptio",
        "bridge",
        "c15t",
        "civic",
        "commanders-act",
        "complianz",
        "consentik",
        "consentmanager",
        "consentmo",
        "cookie-information",
        "cookie-script",
        "cookiebot",
        "cookiefirst",
        "cookiehub",
        "cookieyes",
        "didomi",
        "enzuzo",
        "fides",
        "iubenda",
        "ketch",
        "klaro",
        "onetrust",
        "osano",
        "pandectes",
        "secure-privacy",
        "securiti",
        "sourcepoint",
        "tarteaucitron",
        "tcf",
        "tealium",
        "termly",
        "transcend",
        "trustarc",
        "usercentrics",
        "vanilla-cookieconsent",
    ];

    /// One that the setting `cmp` may name: no signal.
    pub fn cmp(slug: &str) -> Option<Self> {
        Self::CMPS.iter().find(|known| **known == slug).map(|known| Self(known))
    }

    /// A slug of the list, known when this is compiled.
    pub(super) const fn known(slug: &'static str) -> Self {
        Self(slug)
    }

    /// Signals can deny, never grant.
    pub fn can_grant(self) -> bool {
        !Self::SIGNALS.contains(&self.0)
    }

    pub fn as_str(self) -> &'static str {
        self.0
    }
}

impl FromStr for Source {
    type Err = SourceExpected;

    fn from_str(slug: &str) -> Result<Self, Self::Err> {
        let mut known = Self::CMPS.iter().chain(&Self::SIGNALS);
        known.find(|known| **known == slug).map(|known| Self(known)).ok_or(SourceExpected)
    }
}

expected! {
    pub SourceExpected: "a known source of consent is expected";
}

// By hand: derived, the `'static` inside would demand that the input lives for ever.
impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let slug = String::deserialize(deserializer)?;
        slug.parse().map_err(D::Error::custom)
    }
}
