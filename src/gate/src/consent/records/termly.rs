//! Termly: JSON of its own cache in localStorage. `do_not_sell` is an opt-out.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, Switches, Time, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "termly",
    &[Key::Stored("TERMLY_API_CACHE")],
    Coding::Json,
    &Meaning {
        opt_out: &[Condition::Is("TERMLY_COOKIE_CONSENT.value.do_not_sell", Value::True)],
        sure: &[Condition::IsOrAbsent("TERMLY_COOKIE_CONSENT.value.do_not_sell", Value::False)],
        switches: Switches::At(
            "TERMLY_COOKIE_CONSENT.value.advertising",
            Value::True,
            Value::False,
        ),
        decided_at: Time::Milliseconds("TERMLY_COOKIE_CONSENT.createdAt"),
        version: Identifier::At("TERMLY_COOKIE_CONSENT.value.document_version_id"),
        ..Meaning::NOTHING
    },
)
.on_auto();
