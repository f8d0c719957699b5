//! Cookie Information: percent-encoded JSON with the lists of what was approved and what was denied.

use super::format::{Coding, Fact, Form, Format, Key, Names, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "cookie-information",
    &[Key::Cookie("CookieInformationConsent")],
    Coding::Json,
    &Form {
        switches: Switches::Lists {
            on: Some("consents_approved"),
            off: Some("consents_denied"),
            names: Names::Exactly("cookie_cat_marketing"),
        },
        sure: &[Fact::IsOrAbsent("consents_denied", Value::List)],
        decided_at: Time::Text("timestamp"),
        id: Proof::At("user_uid"),
        ..Form::NOTHING
    },
);
