//! iubenda: percent-encoded JSON under a name with the site's id. Purpose 5 is marketing; the older
//! mode has one `consent`. In the `-uspr` cookie (US preferences: sale, sharing, targeted ads) false
//! is an objection: in a real jar all three are true beside a US Privacy string without one.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};
use super::statement::{Answer, Found};
use crate::text::{holds, whole_text};

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
    RecordFormat::own("iubenda", &[Key::Cookie("_iub_cs-*-uspr")], us);

fn us(found: &Found<'_>) -> Option<Answer> {
    let text = whole_text(found.value).unwrap_or_default();
    if text.ends_with("true}") && !holds(&text, "false") {
        return None; // no objection is no yes, and takes nothing from the tool's own record
    }
    Some(if holds(&text, "false") { Answer::OptedOut } else { Answer::Unreadable })
}
