//! Civic Cookie Control: plain JSON. `optionalCookies` holds `accepted` or `revoked` by the site's
//! own names; "legitimate interest" is no consent, and an empty map after an answer is a refusal of
//! all.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "civic",
    &[Key::Cookie("CookieControl")],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Is("interactedWith", Value::True)],
        switches: Switches::Members {
            at: "optionalCookies",
            names: SwitchNames::Marketing,
            on: Value::Text("accepted"),
            off: Value::Text("revoked"),
            all: All::NoneIsNo,
        },
        decided_at: Time::Milliseconds("consentDate"),
        expires_at: Time::Days("consentExpiry"),
        id: Identifier::At("user"),
        version: Identifier::At("statement.updated"),
        ..Meaning::NOTHING
    },
);
