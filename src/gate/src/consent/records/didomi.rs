//! Didomi: base64 JSON with the vendors that are switched on and off. TikTok is the custom vendor `c:tiktok-…`; IAB's purposes
//! are not here but in the TC string, which is a record of its own.

use super::format::{Coding, Fact, Form, Format, Key, Names, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "didomi",
    &[Key::Cookie("didomi_token"), Key::Stored("didomi_token")],
    Coding::Base64,
    &Form {
        switches: Switches::Lists {
            on: Some("vendors.enabled"),
            off: Some("vendors.disabled"),
            names: Names::Begin("c:tiktok-"),
        },
        sure: &[Fact::IsOrAbsent("vendors.disabled", Value::List)],
        decided_at: Time::Text("updated"),
        id: Proof::At("user_id"),
        version: Proof::At("version"),
        ..Form::NOTHING
    },
);
