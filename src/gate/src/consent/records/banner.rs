//! Shopify's own banner leaves no record that can be read from here. What a page hears of it
//! (`visitorConsentCollected`) becomes one: it shows that the shopper was asked, and grants nothing.

use super::record::{self, Record, Verdict};
use super::statement::{Answer, Statement, tell};
use crate::consent::source::Source;
use crate::time::Timestamp;

const EVENT: &str = "visitorConsentCollected";

/// It was answered yes at this time, which is its value. Whether that is a time, and one that can be:
/// nothing is told otherwise.
pub(in crate::consent) fn tell_yes(
    records: &mut Vec<Record>,
    said_yes_at: &str,
    now: Timestamp,
) -> bool {
    let at = Timestamp::of_text(said_yes_at).filter(|at| !record::is_off(*at, now));
    if at.is_some() {
        let said = Statement { decided_at: at, ..Answer::Granted.into() };
        tell(records, Source::SHOPIFY, EVENT, said_yes_at, said);
    }
    at.is_some()
}

/// Whether a report's record is one. (A stranger may report anything.)
pub(in crate::consent) fn is_yes(record: &Record, now: Timestamp) -> bool {
    record.source == Source::SHOPIFY
        && record.key == EVENT
        && record.verdict == Verdict::Granted
        && record.decided_at.is_some()
        && !record.is_stale(now)
}
