//! Transcend: plain JSON. A purpose is true, false or `"Auto"`; a refusal of `SaleOfInfo` is one of sharing for ads.

use super::format::{All, Coding, Fact, Form, Format, Key, Names, Switches, Time, Value};

pub(super) const FORMAT: Format = Format::new(
    "transcend",
    &[Key::Cookie("tcm"), Key::Stored("tcmConsent")],
    Coding::Json,
    &Form {
        asked: &[Fact::Is("confirmed", Value::True)],
        no: &[Fact::Is("purposes.SaleOfInfo", Value::False)],
        switches: Switches::Members {
            at: "purposes",
            names: Names::Exactly("Advertising"),
            on: Value::True,
            off: Value::False,
            all: All::Nothing,
        },
        decided_at: Time::Text("timestamp"),
        ..Form::NOTHING
    },
)
.on_auto();
