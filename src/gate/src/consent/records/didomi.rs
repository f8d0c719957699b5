//! Didomi: base64 JSON with the vendors that are switched on and off. TikTok is the custom vendor
//! `c:tiktok-…`; IAB's purposes are not here but in the TC string, which is a record of its own.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "didomi",
    &[Key::Cookie("didomi_token"), Key::Stored("didomi_token")],
    Coding::Base64,
    &Meaning {
        switches: Switches::Lists {
            on: Some("vendors.enabled"),
            off: Some("vendors.disabled"),
            names: SwitchNames::Begin("c:tiktok-"),
        },
        sure: &[Condition::IsOrAbsent("vendors.disabled", Value::List)],
        decided_at: Time::Text("updated"),
        id: Identifier::At("user_id"),
        version: Identifier::At("version"),
        ..Meaning::NOTHING
    },
);
