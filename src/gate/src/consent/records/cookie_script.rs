//! Cookie Script: JSON, raw or percent-encoded; `categories` is a list written as JSON text inside it.

use super::format::{Coding, Fact, Form, Format, Key, Names, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "cookie-script",
    &[Key::Cookie("CookieScriptConsent")],
    Coding::Json,
    &Form {
        asked: &[Fact::Has("action")],
        no: &[Fact::Is("action", Value::Text("reject"))],
        switches: Switches::Accepted { at: "categories", names: Names::Exactly("targeting") },
        sure: &[Fact::Is("action", Value::Text("accept"))],
        decided_at: Time::Seconds("consenttime"),
        id: Proof::At("key"),
        ..Form::NOTHING
    },
);
