//! The device as it stands at one moment: the whole cookie string and the few storage keys in use,
//! read anew for every event, never remembered.

use crate::text::{Text, cut, split};

/// A snapshot of the shop's cookies and of the storage keys that were asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct Jar {
    /// The whole `document.cookie` string, as `browser.cookie.get()` gives it. `None` where it
    /// could not be read: a denial may stand in it, so nothing is granted.
    pub cookie: Option<Text>,
    /// localStorage: each key that was asked for, and what came.
    pub storage: Vec<(Text, Stored)>,
}

/// What stands under a key of localStorage.
#[derive(Clone, PartialEq, Eq)]
pub enum Stored {
    /// Forbidden or broken: nothing is known of it, so it is not written either.
    Unreadable,
    /// Or not asked for.
    Absent,
    Text(Text),
}

impl Stored {
    pub fn text(&self) -> &str {
        match self {
            Self::Unreadable | Self::Absent => "",
            Self::Text(text) => text,
        }
    }

    /// Whether writing `text` (or removing it) would change what is there.
    pub fn differs(&self, text: Option<&str>) -> bool {
        match self {
            Self::Unreadable => false,
            Self::Absent => text.is_some(),
            Self::Text(stored) => text != Some(stored.as_str()),
        }
    }
}

/// An empty device that can be read.
impl Default for Jar {
    fn default() -> Self {
        Self { cookie: Some(Text::default()), storage: Vec::new() }
    }
}

impl std::fmt::Debug for Jar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Jar(…)")
    }
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Stored(…)")
    }
}

impl Jar {
    /// Every cookie, in the browser's order. A name can stand there several times (host and
    /// domain). Split at the first `=`: values may hold more.
    pub fn all_cookies(&self) -> impl Iterator<Item = (&str, &str)> {
        split(self.cookie.as_deref().unwrap_or_default(), b';').filter_map(|pair| {
            let (name, value) = cut(pair, b'=')?;
            Some((name.trim(), value.trim()))
        })
    }

    /// Every value of the cookie `name`.
    pub fn cookies<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.all_cookies().filter_map(move |(key, value)| (key == name).then_some(value))
    }

    /// What stands under a key of localStorage.
    pub fn stored(&self, key: &str) -> &Stored {
        self.storage
            .iter()
            .find(|(name, _)| name == key)
            .map_or(&Stored::Absent, |(_, stored)| stored)
    }

    /// The first value of the cookie `name` that is not empty.
    pub fn cookie<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.cookies(name).find(|value| !value.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_split_at_the_first_equals_sign_and_may_stand_twice() {
        let jar = Jar { cookie: Some("a=1; b=x=y==;c; a=2; ab=3; d=".into()), ..Jar::default() };
        assert_eq!(jar.cookies("a").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(jar.cookie("b"), Some("x=y=="));
        assert_eq!(jar.cookie("c"), None);
        assert_eq!(jar.cookie("d"), None);
    }
}
