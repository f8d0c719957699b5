//! CookieFirst: percent-encoded JSON, `.advertising`.

use super::format::{Coding, Identifier, Key, Meaning, RecordFormat, Switches, Time, Value};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "cookiefirst",
    &[Key::Cookie("cookiefirst-consent")],
    Coding::Json,
    &Meaning {
        switches: Switches::At("advertising", Value::True, Value::False),
        decided_at: Time::Seconds("timestamp"),
        version: Identifier::At("version"),
        ..Meaning::NOTHING
    },
);
