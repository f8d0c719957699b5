//! vanilla-cookieconsent: percent-encoded JSON (raw in localStorage) with the categories that were
//! accepted, by the site's own names. Version 2 calls them `level`; its last releases write both.
//! `services` has those that were accepted within each, where the site has any: a category is on, and
//! one of its services may be off.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "vanilla-cookieconsent",
    &[Key::Cookie("cc_cookie"), Key::Stored("cc_cookie")],
    Coding::Json,
    &Meaning {
        sure: &[Condition::Alone("services")],
        switches: Switches::Accepted {
            at: &["categories", "level"],
            names: SwitchNames::Marketing,
        },
        decided_at: Time::Text("lastConsentTimestamp"),
        expires_at: Time::Milliseconds("expirationTime"),
        id: Identifier::At("consentId"),
        version: Identifier::At("revision"),
        ..Meaning::NOTHING
    },
);
