//! Osano: encrypted by its own script, which also accepts plain JSON. In the US a refusal is written
//! as `OPT_OUT`, and `MARKETING` stays as it was.

use super::format::{Coding, Condition, Key, Meaning, RecordFormat, Switches, Value};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "osano",
    &[Key::Cookie("osano_consentmanager"), Key::Stored("osano_consentmanager")],
    Coding::Json,
    &Meaning {
        opt_out: &[Condition::Is("OPT_OUT", Value::Text("ACCEPT"))],
        sure: &[Condition::IsOrAbsent("OPT_OUT", Value::Text("DENY"))],
        switches: Switches::At("MARKETING", Value::Text("ACCEPT"), Value::Text("DENY")),
        ..Meaning::NOTHING
    },
);
