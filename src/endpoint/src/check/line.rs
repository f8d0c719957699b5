//! What a check says: lines, each finished for whoever shows it.

use serde::Serialize;

/// What the lines are about, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    Machine,
    WayIn,
    Tiktok,
    ByHand,
    Orders,
}

impl Group {
    pub const ALL: [Self; 5] =
        [Self::Machine, Self::WayIn, Self::Tiktok, Self::ByHand, Self::Orders];

    /// A heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::Machine => "this machine",
            Self::WayIn => "the way in",
            Self::Tiktok => "TikTok",
            Self::ByHand => "the five things you would look up by hand",
            Self::Orders => "orders and consent",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Light {
    /// As it should be.
    Green,
    /// To look at: it works, and less well than it could, or it may not go on.
    Amber,
    /// To repair.
    Red,
    /// It cannot be known from here, or not yet.
    Unknown,
}

impl Light {
    /// In one sign, for whoever sees no colour.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Green => "✓",
            Self::Amber => "!",
            Self::Red => "✗",
            Self::Unknown => "?",
        }
    }

    /// In words, for whoever sees no sign.
    pub fn word(self) -> &'static str {
        match self {
            Self::Green => "ok",
            Self::Amber => "look at it",
            Self::Red => "repair it",
            Self::Unknown => "not known",
        }
    }
}

/// One line. Nothing personal is in it, and no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The shop that it is about; `None`: the endpoint as a whole.
    pub shop: Option<String>,
    pub group: Group,
    /// What was looked at, in two or three words. A group has each name once (for each shop).
    pub name: &'static str,
    pub light: Light,
    /// What was found.
    pub words: String,
    /// What to do.
    pub advice: Option<String>,
}

impl Line {
    fn new(group: Group, name: &'static str, light: Light, words: String) -> Self {
        Self { shop: None, group, name, light, words, advice: None }
    }

    pub(super) fn green(group: Group, name: &'static str, words: impl Into<String>) -> Self {
        Self::new(group, name, Light::Green, words.into())
    }

    pub(super) fn amber(group: Group, name: &'static str, words: impl Into<String>) -> Self {
        Self::new(group, name, Light::Amber, words.into())
    }

    pub(super) fn red(group: Group, name: &'static str, words: impl Into<String>) -> Self {
        Self::new(group, name, Light::Red, words.into())
    }

    pub(super) fn unknown(group: Group, name: &'static str, words: impl Into<String>) -> Self {
        Self::new(group, name, Light::Unknown, words.into())
    }

    #[must_use]
    pub(super) fn advice(self, advice: impl Into<String>) -> Self {
        Self { advice: Some(advice.into()), ..self }
    }

    #[must_use]
    pub(super) fn of_shop(self, shop: &str) -> Self {
        Self { shop: Some(shop.to_owned()), ..self }
    }
}

/// What all lines come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// To repair.
    pub red: usize,
    /// To look at.
    pub amber: usize,
}

impl Verdict {
    pub fn of(lines: &[Line]) -> Self {
        let count = |light| lines.iter().filter(|line| line.light == light).count();
        Self { red: count(Light::Red), amber: count(Light::Amber) }
    }

    /// `1 to repair, 2 to look at`.
    pub fn words(self) -> String {
        match self {
            Self { red: 0, amber: 0 } => "Nothing to repair, nothing to look at".to_owned(),
            Self { red, amber: 0 } => format!("{red} to repair"),
            Self { red: 0, amber } => format!("Nothing to repair, {amber} to look at"),
            Self { red, amber } => format!("{red} to repair, {amber} to look at"),
        }
    }
}
