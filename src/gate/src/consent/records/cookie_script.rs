//! Cookie Script: JSON, raw or percent-encoded; `categories` is a list written as JSON text inside
//! it. `googleconsentmap` says which category each of Google's consent signals goes by.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "cookie-script",
    &[Key::Cookie("CookieScriptConsent")],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Has("action")],
        no: &[
            Condition::Is("action", Value::Text("reject")),
            Condition::GoogleUnlisted("googleconsentmap", "categories"),
        ],
        switches: Switches::Accepted {
            at: &["categories"],
            names: SwitchNames::Exactly("targeting"),
        },
        sure: &[Condition::Is("action", Value::Text("accept"))],
        decided_at: Time::Seconds("consenttime"),
        id: Identifier::At("key"),
        ..Meaning::NOTHING
    },
);
