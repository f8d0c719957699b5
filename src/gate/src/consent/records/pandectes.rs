//! Pandectes: base64 JSON. `preferences` is a mask of what is **blocked**: 1 functionality, 2 performance, 4 targeting; null
//! until the shopper has answered.

use super::format::{Coding, Fact, Form, Format, Key, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "pandectes",
    &[Key::Cookie("_pandectes_gdpr")],
    Coding::Base64,
    &Form {
        no: &[Fact::Is("status", Value::Text("deny"))],
        sure: &[Fact::Has("status")],
        switches: Switches::Blocked { at: "preferences", bit: 4 },
        decided_at: Time::Seconds("timestamp"),
        id: Proof::At("id"),
        ..Form::NOTHING
    },
);
