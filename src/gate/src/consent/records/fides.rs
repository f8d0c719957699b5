//! Fides: percent-encoded JSON (or base64), a switch for each of the tenant's notices. `consentMethod`
//! says who answered; a dismissal or a script's default is no yes. With IAB's frameworks switched on
//! their strings stand in `fides_string`, `TC,AC,GPP`, of which a no counts.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};
use super::statement::{Answer, Found, Statement};
use super::{gpp, tcf};
use crate::consent::decode::{base64_json, percent_json};
use crate::text::split;

const KEYS: &[Key] = &[Key::Holding("fides_consent")];
const METHOD: &str = "fides_meta.consentMethod";

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "fides",
    KEYS,
    Coding::JsonOrBase64,
    &Meaning {
        no: &[Condition::Is(METHOD, Value::Text("reject"))],
        switches: Switches::Members {
            at: "consent",
            names: SwitchNames::Fides,
            on: Value::OptIn,
            off: Value::OptOut,
            all: All::Nothing,
        },
        sure: &[Condition::OneOf(METHOD, &["accept", "save", "button"])],
        decided_at: Time::Text("fides_meta.updatedAt"),
        id: Identifier::At("identity.fides_user_device_id"),
        version: Identifier::At("fides_meta.version"),
        ..Meaning::NOTHING
    },
);
/// It honours the browser's signal by saving a refusal in the shopper's place.
pub(super) const GPC: RecordFormat = RecordFormat::new(
    "gpc",
    KEYS,
    Coding::JsonOrBase64,
    &Meaning {
        opt_out: &[Condition::Is(METHOD, Value::Text("gpc"))],
        silent: true,
        ..Meaning::NOTHING
    },
);
pub(super) const STRINGS: RecordFormat = RecordFormat::own("fides", KEYS, strings);

/// A yes of theirs adds nothing, and not each stands there.
fn strings(found: &Found<'_>) -> Option<Statement> {
    let json = percent_json(found.value).or_else(|| base64_json(found.value))?;
    let strings = json.text_at("fides_string")?;
    let mut said = None;
    for (at, text) in split(&strings, b',').enumerate().filter(|(_, text)| !text.is_empty()) {
        said = said.max(match at {
            0 => tcf::said(text).map(|said| said.answer),
            2 => Some(gpp::said(text)),
            _ => None,
        });
    }
    said.filter(|said| *said > Answer::Undecided).map(Statement::from)
}
