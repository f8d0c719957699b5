//! c15t: JSON, `.consents.marketing`; `.consentInfo` is an object once the shopper has
//! answered. Since 1.8 its cookie is `c.marketing:1,i.t:…`: `c.` for the consents, of which one that
//! is off is left out, and `i.` for the answer.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};
use super::reading;
use super::statement::{Found, Statement};

pub(super) const FORMAT: RecordFormat = RecordFormat::told(
    "c15t",
    &[
        Key::Cookie("c15t"),
        Key::Cookie("c15t-consent"),
        Key::Stored("c15t"),
        Key::Stored("c15t-consent"),
        Key::Stored("privacy-consent-storage"),
    ],
    read,
);

fn read(found: &Found<'_>) -> Option<Statement> {
    let is_json = matches!(found.value.as_bytes().first(), Some(b'{' | b'%'));
    reading::read(if is_json { &JSON } else { &COMPACT }, found)
}

const COMPACT: RecordFormat = RecordFormat::new(
    "c15t",
    &[],
    Coding::Pairs(b',', b':'),
    &Meaning {
        asked: &[Condition::Has("i.t")],
        switches: Switches::Members {
            at: "",
            names: SwitchNames::Exactly("marketing"),
            on: Value::Text("1"),
            off: Value::Text("0"),
            all: All::AbsentIsNo,
        },
        decided_at: Time::Milliseconds("i.t"),
        id: Identifier::At("i.sid"),
        ..Meaning::NOTHING
    },
);

const JSON: RecordFormat = RecordFormat::new(
    "c15t",
    &[],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Is("consentInfo", Value::Object)],
        switches: Switches::Members {
            at: "consents",
            names: SwitchNames::Exactly("marketing"),
            on: Value::True,
            off: Value::False,
            all: All::Nothing,
        },
        decided_at: Time::Milliseconds("consentInfo.time"),
        id: Identifier::At("consentInfo.subjectId"),
        ..Meaning::NOTHING
    },
);
