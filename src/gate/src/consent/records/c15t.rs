//! c15t: JSON, `.consents.marketing`; `.consentInfo` is an object once the shopper has answered.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, Switches, Time, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "c15t",
    &[Key::Cookie("c15t"), Key::Stored("c15t"), Key::Stored("privacy-consent-storage")],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Is("consentInfo", Value::Object)],
        switches: Switches::At("consents.marketing", Value::True, Value::False),
        decided_at: Time::Milliseconds("consentInfo.time"),
        id: Identifier::At("consentInfo.subjectId"),
        ..Meaning::NOTHING
    },
);
