//! CookieYes: `name:value,name:value`. `action:yes` says that the shopper has answered;
//! `consent:no` beside it is no answer of theirs where every category is on (opt-out laws).

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "cookieyes",
    &[Key::Cookie("cookieyes-consent")],
    Coding::Pairs(b',', b':'),
    &Meaning {
        asked: &[Condition::Is("action", Value::Text("yes"))],
        switches: Switches::Members {
            at: "",
            names: SwitchNames::Exactly("advertisement"),
            on: Value::Text("yes"),
            off: Value::Text("no"),
            all: All::Nothing,
        },
        id: Identifier::At("consentid"),
        ..Meaning::NOTHING
    },
);
