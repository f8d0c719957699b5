//! Osano: encrypted by its own script, which also accepts plain JSON.

use super::format::{Coding, Form, Format, Key, Switches, Value};

pub(super) const FORMAT: Format = Format::new(
    "osano",
    &[Key::Cookie("osano_consentmanager"), Key::Stored("osano_consentmanager")],
    Coding::Json,
    &Form { switches: Switches::At("MARKETING", Value::Text("ACCEPT"), Value::Text("DENY")), ..Form::NOTHING },
);
