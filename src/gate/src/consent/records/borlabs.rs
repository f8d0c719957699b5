//! Borlabs Cookie: percent-encoded JSON, which is there once the shopper has answered: a list of the
//! services that were accepted for each group. Without any for marketing that was refused; which
//! service is TikTok's only its name can tell.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "borlabs",
    &[Key::Cookie("borlabs-cookie")],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Is("consents", Value::Object)],
        no: &[Condition::IsNot("consents.marketing", Value::Items)],
        switches: Switches::Lists {
            on: Some("consents.marketing"),
            off: None,
            names: SwitchNames::TikTok,
        },
        id: Identifier::At("uid"),
        version: Identifier::At("version"),
        ..Meaning::NOTHING
    },
);
