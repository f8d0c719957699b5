//! Tealium's consent manager: `consent:true|ts:…`, with `c1:1` and so on for its categories where the
//! shopper could choose among them. 3 is display ads, 7 social. `dns` is an opt-out of sale.

use super::format::{
    All, Coding, Condition, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};
use super::reading;
use super::statement::{Found, Statement};
use crate::text::percent_decoded;

const KEYS: &[Key] = &[Key::Cookie("CONSENTMGR")];
const CODING: Coding = Coding::Pairs(b'|', b':');

pub(super) const FORMAT: RecordFormat = RecordFormat::told("tealium", KEYS, read);

const CATEGORIES: Meaning = Meaning {
    opt_out: &[Condition::Is("dns", Value::AnyOf("true,1"))],
    no: &[Condition::Is("consent", Value::Text("false"))],
    switches: Switches::Members {
        at: "",
        names: SwitchNames::Exactly("c3,c7"),
        on: Value::Text("1"),
        off: Value::Text("0"),
        all: All::Nothing,
    },
    sure: &[
        Condition::Is("consent", Value::Text("true")),
        Condition::IsOrAbsent("dns", Value::Text("false")),
        Condition::Has("ts"), // else it may have been cut
    ],
    decided_at: Time::Milliseconds("ts"),
    ..Meaning::NOTHING
};
const BY_CATEGORY: RecordFormat = RecordFormat::new("tealium", KEYS, CODING, &CATEGORIES);
const WHOLE: RecordFormat = RecordFormat::new(
    "tealium",
    KEYS,
    CODING,
    &Meaning { yes: &[Condition::Is("consent", Value::Text("true"))], ..CATEGORIES },
);

fn read(found: &Found<'_>) -> Option<Statement> {
    let is_category = |two: &[u8]| matches!(two, [b'c', b'0'..=b'9']);
    let text = percent_decoded(found.value).unwrap_or_default();
    let chosen = text.as_bytes().windows(2).any(is_category);
    let format = if chosen || !found.categories.is_empty() { &BY_CATEGORY } else { &WHOLE };
    reading::read(format, found)
}
