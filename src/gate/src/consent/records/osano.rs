//! Osano: encrypted by its own script, which also accepts plain JSON.

use super::format::{Coding, Key, Meaning, RecordFormat, Switches, Value};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "osano",
    &[Key::Cookie("osano_consentmanager"), Key::Stored("osano_consentmanager")],
    Coding::Json,
    &Meaning {
        switches: Switches::At("MARKETING", Value::Text("ACCEPT"), Value::Text("DENY")),
        ..Meaning::NOTHING
    },
);
