//! Securiti: plain JSON, 0 or 1 by ids of the tenant's. All on is a yes, none or all off a no, and what lies between only the
//! shop can say.

use super::format::{All, Coding, Fact, Form, Format, Key, Names, Proof, Switches, Time, Value};

const KEYS: &[Key] = &[Key::Cookie("__privaci_cookie_consents")];

pub(super) const FORMAT: Format = Format::new(
    "securiti",
    KEYS,
    Coding::Json,
    &Form {
        asked: &[Fact::NotBeside("__privaci_cookie_no_action"), Fact::IsOrAbsent("implicit_consent", Value::False)],
        switches: Switches::Members {
            at: "consents",
            names: Names::Unknown,
            on: Value::Number(1),
            off: Value::Number(0),
            all: All::Decide,
        },
        // A yes must say that it was the shopper's.
        sure: &[Fact::Has("implicit_consent")],
        decided_at: Time::Seconds("ts"),
        id: Proof::Beside("__privaci_cookie_consent_uuid"),
        version: Proof::At("latest_published_version"),
        ..Form::NOTHING
    },
);

pub(super) const GPC: Format = Format::new(
    "gpc",
    KEYS,
    Coding::Json,
    &Form { opt_out: &[Fact::Is("gpcInBrowserOnConsent", Value::True)], silent: true, ..Form::NOTHING },
);
