//! Termly: JSON of its own cache in localStorage. `do_not_sell` is an opt-out.

use super::format::{Coding, Fact, Form, Format, Key, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "termly",
    &[Key::Stored("TERMLY_API_CACHE")],
    Coding::Json,
    &Form {
        opt_out: &[Fact::Is("TERMLY_COOKIE_CONSENT.value.do_not_sell", Value::True)],
        sure: &[Fact::IsOrAbsent("TERMLY_COOKIE_CONSENT.value.do_not_sell", Value::False)],
        switches: Switches::At("TERMLY_COOKIE_CONSENT.value.advertising", Value::True, Value::False),
        decided_at: Time::Milliseconds("TERMLY_COOKIE_CONSENT.createdAt"),
        version: Proof::At("TERMLY_COOKIE_CONSENT.value.document_version_id"),
        ..Form::NOTHING
    },
)
.on_auto();
