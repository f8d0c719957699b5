//! Civic Cookie Control: plain JSON. `optionalCookies` holds `accepted` or `revoked` by the site's own names; "legitimate
//! interest" is no consent, and an empty map after an answer is a refusal of all.

use super::format::{All, Coding, Fact, Form, Format, Key, Names, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "civic",
    &[Key::Cookie("CookieControl")],
    Coding::Json,
    &Form {
        asked: &[Fact::Is("interactedWith", Value::True)],
        switches: Switches::Members {
            at: "optionalCookies",
            names: Names::Marketing,
            on: Value::Text("accepted"),
            off: Value::Text("revoked"),
            all: All::NoneIsNo,
        },
        decided_at: Time::Milliseconds("consentDate"),
        expires_at: Time::Days("consentExpiry"),
        id: Proof::At("user"),
        version: Proof::At("statement.updated"),
        ..Form::NOTHING
    },
);
