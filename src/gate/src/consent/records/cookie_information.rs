//! Cookie Information: percent-encoded JSON with the lists of what was approved and what was denied.

use super::format::{Coding, Form, Format, Key, Names, Proof, Switches, Time};

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
        decided_at: Time::Text("timestamp"),
        id: Proof::At("user_uid"),
        ..Form::NOTHING
    },
);
