//! CookieHub: base64 JSON (the vendor's support article 46). `allowSale: false` is an opt-out.

use super::format::{Coding, Fact, Form, Format, Key, Names, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "cookiehub",
    &[Key::Cookie("cookiehub")],
    Coding::Base64,
    &Form {
        opt_out: &[Fact::Is("allowSale", Value::False)],
        asked: &[Fact::Is("answered", Value::True), Fact::IsNot("implicit", Value::True)],
        sure: &[Fact::IsOrAbsent("allowSale", Value::True), Fact::IsOrAbsent("implicit", Value::False)],
        yes: &[Fact::Is("allAllowed", Value::True)],
        switches: Switches::Accepted { at: "categories", names: Names::Marketing },
        decided_at: Time::Text("timestamp"),
        id: Proof::At("token"),
        version: Proof::At("revision"),
        ..Form::NOTHING
    },
);
