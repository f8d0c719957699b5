//! Google's Funding Choices (the consent messages of AdSense, Ad Manager and AdMob): percent-encoded
//! JSON in `FCCDCF`, lists without names. The fourth item is `[TC string, additional consent, id]`.
//! The US Privacy string (in the fifth) and GPP (in the seventh, JSON as text) are found by `usp.rs`
//! and `gpp.rs`. Where nobody is asked there is an id alone.

use super::format::{Key, RecordFormat};
use super::record::Verdict;
use super::statement::{Found, Statement};
use super::tcf;
use crate::consent::decode::percent_json;
use crate::json::Json;

pub(super) const TCF: RecordFormat = RecordFormat::own("tcf", &[Key::Cookie("FCCDCF")], read);

fn read(found: &Found<'_>) -> Option<Statement> {
    let Some(json @ Json::List(_)) = percent_json(found.value) else {
        return Some(Verdict::Unreadable.into());
    };
    let europe = item(&json, 3).and_then(|europe| item(europe, 0));
    match europe.and_then(Json::text) {
        Some(text) => tcf::said(text),
        None => Some(Verdict::Undecided.into()),
    }
}

fn item(json: &Json, at: usize) -> Option<&Json> {
    if let Json::List(items) = json { items.get(at) } else { None }
}
