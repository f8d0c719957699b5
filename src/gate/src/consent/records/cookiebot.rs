//! Cookiebot: a JavaScript literal, of which only quotes and commas are percent-encoded. With IAB's framework switched on it
//! holds a TC string too, which is a record of its own.

use super::format::{Coding, Fact, Form, Format, Key, Proof, Switches, Time, Value};
use super::statement::{Found, Said};
use super::tcf;
use crate::consent::decode::literal;
use crate::text::percent_decoded;

const KEYS: &[Key] = &[Key::Cookie("CookieConsent")];

pub(super) const FORMAT: Format = Format::new(
    "cookiebot",
    KEYS,
    Coding::Literal,
    &Form {
        // A region where nobody is asked.
        asked: &[Fact::IsNot("stamp", Value::Text("-1")), Fact::IsNot("method", Value::Text("implied"))],
        switches: Switches::At("marketing", Value::True, Value::False),
        // Older builds name no method; a word unknown to us is not taken for the shopper's.
        sure: &[Fact::IsOrAbsent("method", Value::Text("explicit"))],
        decided_at: Time::Milliseconds("utc"),
        id: Proof::At("stamp"),
        version: Proof::At("ver"),
        ..Form::NOTHING
    },
);

pub(super) const TCF: Format = Format::own("tcf", KEYS, tc_string);

fn tc_string(found: &Found<'_>) -> Option<Said> {
    tcf::said(&literal(&percent_decoded(found.value)?)?.text_at("iab2")?)
}
