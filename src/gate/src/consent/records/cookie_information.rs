//! Cookie Information: percent-encoded JSON with the lists of what was approved and what was
//! denied.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "cookie-information",
    &[Key::Cookie("CookieInformationConsent")],
    Coding::Json,
    &Meaning {
        switches: Switches::Lists {
            on: Some("consents_approved"),
            off: Some("consents_denied"),
            names: SwitchNames::Exactly("cookie_cat_marketing"),
        },
        sure: &[Condition::IsOrAbsent("consents_denied", Value::List)],
        decided_at: Time::Text("timestamp"),
        id: Identifier::At("user_uid"),
        ..Meaning::NOTHING
    },
);
