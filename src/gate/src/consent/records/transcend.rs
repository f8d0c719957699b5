//! Transcend: plain JSON. A purpose is true, false or `"Auto"`; a refusal of `SaleOfInfo` is one of
//! sharing for ads.

use super::format::{
    All, Coding, Condition, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "transcend",
    &[Key::Cookie("tcm"), Key::Stored("tcmConsent")],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Is("confirmed", Value::True)],
        no: &[Condition::Is("purposes.SaleOfInfo", Value::False)],
        switches: Switches::Members {
            at: "purposes",
            names: SwitchNames::Exactly("Advertising"),
            on: Value::True,
            off: Value::False,
            all: All::Nothing,
        },
        decided_at: Time::Text("timestamp"),
        ..Meaning::NOTHING
    },
)
.on_auto();
