//! Google's Funding Choices (the consent messages of AdSense, Ad Manager and AdMob): percent-encoded
//! JSON in `FCCDCF`, lists without names. The fourth item is `[TC string, additional consent, id]`.
//! The US Privacy string (in the fifth) and GPP (in the seventh, JSON as text) are found by `usp.rs`
//! and `gpp.rs`. Where nobody is asked there is an id alone.

use super::format::{Key, RecordFormat};
use super::statement::{Answer, Found, Statement};
use super::tcf;
use crate::consent::decode::percent_json;
use crate::json::Json;

pub(super) const TCF: RecordFormat = RecordFormat::told("tcf", &[Key::Cookie("FCCDCF")], read);

fn read(found: &Found<'_>) -> Option<Statement> {
    let Some(Json::List(items)) = percent_json(found.value) else {
        return Some(Answer::Unreadable.into());
    };
    if let Some(Json::List(europe)) = items.get(3)
        && let Some(Json::Text(text)) = europe.first()
    {
        return tcf::said(text);
    }
    Some(Answer::Undecided.into())
}
