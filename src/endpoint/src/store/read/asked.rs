//! What a question about some days has to say.

use crate::store::engine::ToValue;
use assent_gate::time::Timestamp;

use crate::calendar::Days;
use crate::zone::Zones;

/// Of which shop, of which days and in whose calendar something is asked, and when.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `None`: all of them.
    pub shop: Option<&'a str>,
    pub days: Days,
    pub zones: &'a Zones,
    pub now: Timestamp,
}

impl Asked<'_> {
    /// The beginning of a condition whose first two keys are the first and the last of something.
    pub(super) fn condition(&self, column: &str) -> String {
        self.shop.map_or_else(String::new, |_| format!("{column} = ?3 AND "))
    }

    /// The keys of such a condition.
    pub(super) fn keys<'k>(&'k self, bounds: [&'k dyn ToValue; 2]) -> Vec<&'k dyn ToValue> {
        bounds.into_iter().chain(self.shop.as_ref().map(|shop| shop as &dyn ToValue)).collect()
    }
}
