//! Cookiebot: a JavaScript literal, of which only quotes and commas are percent-encoded. With IAB's
//! framework switched on it holds a TC string too, which is a record of its own.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, Switches, Time, Value,
};
use super::statement::{Found, Statement};
use super::tcf;
use crate::consent::decode::literal;
use crate::text::percent_decoded;

const KEYS: &[Key] = &[Key::Cookie("CookieConsent")];

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "cookiebot",
    KEYS,
    Coding::Literal,
    &Meaning {
        // A region where nobody is asked.
        asked: &[
            Condition::IsNot("stamp", Value::Text("-1")),
            Condition::IsNot("method", Value::Text("implied")),
        ],
        switches: Switches::At("marketing", Value::True, Value::False),
        // Older builds name no method; a word unknown to us is not taken for the shopper's.
        sure: &[Condition::IsOrAbsent("method", Value::Text("explicit"))],
        decided_at: Time::Milliseconds("utc"),
        id: Identifier::At("stamp"),
        version: Identifier::At("ver"),
        ..Meaning::NOTHING
    },
);

pub(super) const TCF: RecordFormat = RecordFormat::told("tcf", KEYS, tc_string);

fn tc_string(found: &Found<'_>) -> Option<Statement> {
    tcf::said(&literal(&percent_decoded(found.value)?)?.text_at("iab2")?)
}
