//! Avada: percent-encoded JSON, `.marketing`.

use super::format::{Coding, Key, Meaning, RecordFormat, Switches, Value};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "avada",
    &[Key::Cookie("avada_cookie_consent")],
    Coding::Json,
    &Meaning { switches: Switches::At("marketing", Value::True, Value::False), ..Meaning::NOTHING },
);
