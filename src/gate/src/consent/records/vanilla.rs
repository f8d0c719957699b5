//! vanilla-cookieconsent: percent-encoded JSON (raw in localStorage) with the categories that were accepted, by the site's own
//! names.

use super::format::{Coding, Form, Format, Key, Names, Proof, Switches, Time};

pub(super) const FORMAT: Format = Format::new(
    "vanilla-cookieconsent",
    &[Key::Cookie("cc_cookie"), Key::Stored("cc_cookie")],
    Coding::Json,
    &Form {
        switches: Switches::Accepted { at: "categories", names: Names::Marketing },
        decided_at: Time::Text("lastConsentTimestamp"),
        expires_at: Time::Milliseconds("expirationTime"),
        id: Proof::At("consentId"),
        version: Proof::At("revision"),
        ..Form::NOTHING
    },
);
