//! What a pixel of a shop's calls itself. A shop that runs two of them is counted once, but each of
//! its shoppers pays twice; `report` tells it which ones are at work.

use assent_gate::beacon::Client;
use assent_gate::hex::Digest;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PixelKind {
    Custom,
    App,
    Npm,
}

impl PixelKind {
    const ALL: [Self; 3] = [Self::Custom, Self::App, Self::Npm];

    /// The kind that a beacon, or a row, calls by this word.
    pub(crate) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// As a beacon says it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Custom => "custom",
            Self::App => "app",
            Self::Npm => "npm",
        }
    }

    /// As people call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Custom => "the custom pixel",
            Self::App => "the app extension",
            Self::Npm => "a pixel of the shop's own",
        }
    }
}

/// The pixel that sent a beacon, by its own account.
#[derive(Debug, Clone)]
pub struct ShopPixel {
    kind: PixelKind,
    version: Option<String>,
    settings: Option<Digest>,
}

impl ShopPixel {
    /// `None`: it calls itself by no known word. Anyone may post a beacon, so text of any other
    /// form is not kept.
    pub fn of(client: &Client) -> Option<Self> {
        let kind = PixelKind::of_word(&client.kind)?;
        let version =
            Some(client.version.clone()).filter(|version| is_version(version)).map(String::from);
        Some(Self { kind, version, settings: client.settings.clone() })
    }

    /// This kind's bit in the column `event.pixels`.
    pub(crate) fn bit(&self) -> i64 {
        match self.kind {
            PixelKind::Custom => 1,
            PixelKind::App => 2,
            PixelKind::Npm => 4,
        }
    }

    pub(crate) fn kind(&self) -> PixelKind {
        self.kind
    }

    pub(crate) fn version(&self) -> Option<&str> {
        self.version.as_deref()
    }

    /// The hash of the settings it runs with.
    pub(crate) fn settings(&self) -> Option<&Digest> {
        self.settings.as_ref()
    }

    /// As people call it.
    pub(crate) fn name(&self) -> &'static str {
        self.kind.name()
    }
}

/// Three short numbers with dots between: no room for an e-mail address or a telephone number.
fn is_version(text: &str) -> bool {
    let is_short = |number: &str| {
        matches!(number.len(), 1..=3) && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split('.').count() == 3 && text.split('.').all(is_short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, version: &str) -> Option<ShopPixel> {
        ShopPixel::of(&Client { version: version.into(), kind: kind.into(), settings: None })
    }

    #[test]
    fn what_a_stranger_calls_a_pixel_is_not_kept() {
        for kind in ["", "Custom", "jane@example.com", "browser"] {
            assert!(of(kind, "1.0.0").is_none(), "{kind}");
        }
        for version in
            ["", "1", "1.0", "1.0.0.0", "1..0", "12133734253", "1.0.jane@example.com", "1234.0.0"]
        {
            assert_eq!(of("app", version).and_then(|pixel| pixel.version), None, "{version}");
        }
        assert_eq!(
            of("npm", "0.12.103").and_then(|pixel| pixel.version).as_deref(),
            Some("0.12.103")
        );
    }
}
