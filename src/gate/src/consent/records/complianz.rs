//! Complianz: `cmplz_marketing` is `allow` or `deny`, a default until `cmplz_banner-status` says
//! `dismissed`.

use super::format::{Coding, Condition, Identifier, Key, Meaning, RecordFormat, Switches, Value};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "complianz",
    &[Key::Cookie("cmplz_marketing")],
    Coding::Word,
    &Meaning {
        asked: &[Condition::Beside("cmplz_banner-status", "dismissed")],
        switches: Switches::At("", Value::Text("allow"), Value::Text("deny")),
        id: Identifier::Beside("cmplz_id"),
        version: Identifier::Beside("cmplz_policy_id"),
        ..Meaning::NOTHING
    },
);
