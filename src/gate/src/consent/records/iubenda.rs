//! iubenda: percent-encoded JSON under a name with the site's id. Purpose 5 is marketing; the older mode has one `consent`.
//! Of the `-uspr` cookie (US preferences) no source says which way round it is.

use super::format::{All, Coding, Fact, Form, Format, Key, Names, Proof, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "iubenda",
    &[Key::Cookie("_iub_cs-*")],
    Coding::Json,
    &Form {
        no: &[Fact::Is("consent", Value::False)],
        yes: &[Fact::IsWithout("consent", Value::True, "purposes")],
        switches: Switches::Members {
            at: "purposes",
            names: Names::Exactly("5"),
            on: Value::True,
            off: Value::False,
            all: All::Nothing,
        },
        decided_at: Time::Text("timestamp"),
        id: Proof::At("cons.rand"),
        version: Proof::At("version"),
        ..Form::NOTHING
    },
);

pub(super) const US: Format = Format::opaque("iubenda", &[Key::Cookie("_iub_cs-*-uspr")]);
