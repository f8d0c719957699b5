use std::collections::BTreeSet;
use std::fmt;

/// Names of fields that could not be read, as they are told to a person. Never a value; and of a
/// name only what looks like one of Shopify's, so that nothing personal is among them.
#[derive(Debug, Default)]
pub(crate) struct LostFields(BTreeSet<String>);

/// Fields that are kept, and that are told.
const MOST: usize = 50;
const TOLD: usize = 5;
/// Names of one place.
const DEEPEST: usize = 4;

impl LostFields {
    /// The field to which these names lead.
    pub(super) fn add<'a>(&mut self, names: impl Iterator<Item = &'a str>) {
        if self.0.len() < MOST {
            let names: Vec<&str> = names.take(DEEPEST).map(told).collect();
            self.0.insert(names.join("."));
        }
    }

    pub(crate) fn has(&self, field: &str) -> bool {
        self.0.contains(field)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Shopify's names are in snake case, those of web pixel events in camel case.
fn told(name: &str) -> &str {
    let letters = name.trim_end_matches(|c: char| c.is_ascii_digit()); // address1
    let is_usual = (1..=40).contains(&name.len())
        && letters.bytes().all(|b| b.is_ascii_alphabetic() || b == b'_')
        && letters.starts_with(|c: char| c.is_ascii_lowercase());
    if is_usual { name } else { "…" }
}

impl fmt::Display for LostFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.iter().take(TOLD).map(String::as_str).collect();
        f.write_str(&names.join(", "))?;
        match self.0.len().saturating_sub(TOLD) {
            0 => Ok(()),
            more => write!(f, " and {more} more"),
        }
    }
}
