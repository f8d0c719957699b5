//! c15t: JSON, `.consents.marketing`; `.consentInfo` is an object once the shopper has answered.

use super::format::{Coding, Fact, Form, Format, Key, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "c15t",
    &[Key::Cookie("c15t"), Key::Stored("c15t"), Key::Stored("privacy-consent-storage")],
    Coding::Json,
    &Form {
        asked: &[Fact::Is("consentInfo", Value::Object)],
        switches: Switches::At("consents.marketing", Value::True, Value::False),
        decided_at: Time::Milliseconds("consentInfo.time"),
        id: Proof::At("consentInfo.subjectId"),
        ..Form::NOTHING
    },
);
