//! CookieFirst: percent-encoded JSON, `.advertising`.

use super::format::{Coding, Form, Format, Key, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "cookiefirst",
    &[Key::Cookie("cookiefirst-consent")],
    Coding::Json,
    &Form {
        switches: Switches::At("advertising", Value::True, Value::False),
        decided_at: Time::Seconds("timestamp"),
        version: Proof::At("version"),
        ..Form::NOTHING
    },
);
