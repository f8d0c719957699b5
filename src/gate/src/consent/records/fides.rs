//! Fides: percent-encoded JSON (or base64), a switch for each of the tenant's notices. `consentMethod`
//! says who answered; a dismissal or a script's default is no yes. With IAB's frameworks switched on
//! their strings stand in `fides_string`, `TC,AC,GPP`, of which a no counts.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};
use super::record::Verdict;
use super::statement::{Found, Statement, is_stricter};
use super::{gpp, tcf};
use crate::consent::decode::{base64_json, percent_json};
use crate::text::split;

const KEYS: &[Key] = &[Key::Cookies("fides_consent")];
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

fn strings(found: &Found<'_>) -> Option<Statement> {
    let json = percent_json(found.value).or_else(|| base64_json(found.value))?;
    let strings = json.text_at("fides_string")?;
    let mut strings = split(&strings, b',');
    let eu = strings.next().and_then(|text| no(text, tcf::said));
    let us = strings.nth(1).and_then(|text| no(text, gpp::said));
    match (us, eu) {
        (Some(us), Some(eu)) if is_stricter(&eu, &us) => Some(eu),
        (us, eu) => us.or(eu),
    }
}

/// A yes of theirs adds nothing, and not each stands there.
fn no(text: &str, said: fn(&str) -> Option<Statement>) -> Option<Statement> {
    if text.is_empty() {
        return None;
    }
    said(text).filter(|said| said.verdict > Verdict::Undecided)
}
