//! Enzuzo: a cookie for each category, `true` or `false`.

use super::format::{Coding, Key, Meaning, RecordFormat, Switches, Value};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "enzuzo",
    &[Key::Cookie("cookies-marketing")],
    Coding::Word,
    &Meaning {
        switches: Switches::At("", Value::Text("true"), Value::Text("false")),
        ..Meaning::NOTHING
    },
);
