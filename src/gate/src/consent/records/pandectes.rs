//! Pandectes: base64 JSON. `preferences` is a mask of what is **blocked**: 1 functionality, 2
//! performance, 4 targeting; null until the shopper has answered.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, Switches, Time, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "pandectes",
    &[Key::Cookie("_pandectes_gdpr")],
    Coding::Base64,
    &Meaning {
        no: &[Condition::Is("status", Value::AnyOf("deny,revoke"))],
        sure: &[Condition::Has("status")],
        switches: Switches::Blocked { at: "preferences", bit: 4 },
        decided_at: Time::Seconds("timestamp"),
        id: Identifier::At("id"),
        ..Meaning::NOTHING
    },
);
