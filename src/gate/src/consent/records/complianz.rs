//! Complianz: `cmplz_marketing` is `allow` or `deny`, a default until `cmplz_banner-status` says `dismissed`.

use super::format::{Coding, Fact, Form, Format, Key, Proof, Switches, Value};

pub(super) const FORMAT: Format = Format::new(
    "complianz",
    &[Key::Cookie("cmplz_marketing")],
    Coding::Word,
    &Form {
        asked: &[Fact::Beside("cmplz_banner-status", "dismissed")],
        switches: Switches::At("", Value::Text("allow"), Value::Text("deny")),
        id: Proof::Beside("cmplz_id"),
        version: Proof::Beside("cmplz_policy_id"),
        ..Form::NOTHING
    },
);
