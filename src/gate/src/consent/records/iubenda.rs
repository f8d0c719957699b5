//! iubenda: percent-encoded JSON under a name with the site's id. Purpose 5 is marketing; the older
//! mode has one `consent`. No source says whether a 1 in the `-uspr` cookie (US preferences) is a
//! yes or a no.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "iubenda",
    &[Key::Cookie("_iub_cs-*")],
    Coding::Json,
    &Meaning {
        no: &[Condition::Is("consent", Value::False)],
        yes: &[Condition::IsWithout("consent", Value::True, "purposes")],
        switches: Switches::Members {
            at: "purposes",
            names: SwitchNames::Exactly("5"),
            on: Value::True,
            off: Value::False,
            all: All::Nothing,
        },
        decided_at: Time::Text("timestamp"),
        id: Identifier::At("cons.rand"),
        version: Identifier::At("version"),
        ..Meaning::NOTHING
    },
);

pub(super) const US: RecordFormat =
    RecordFormat::opaque("iubenda", &[Key::Cookie("_iub_cs-*-uspr")]);
