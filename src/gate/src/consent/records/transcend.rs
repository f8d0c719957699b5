//! Transcend: plain JSON. A purpose is true, false or `"Auto"`, by names of the tenant's; a refusal of
//! a sale is one of sharing for ads, and one of all purposes is one of ads.

use super::format::{
    All, Coding, Condition, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "transcend",
    &[Key::Cookie("tcm"), Key::Stored("tcmConsent")],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Is("confirmed", Value::True)],
        no: &[
            Condition::Is("purposes.SaleOfInfo", Value::False),
            Condition::Is("purposes.Sales", Value::False),
        ],
        switches: Switches::Members {
            at: "purposes",
            names: SwitchNames::Marketing,
            on: Value::True,
            off: Value::False,
            all: All::OffIsNo,
        },
        decided_at: Time::Text("timestamp"),
        ..Meaning::NOTHING
    },
)
.on_auto();
