//! Klaro: percent-encoded JSON, a flag for each service of the site's. Where no service is
//! TikTok's, a refusal of all of them is one of TikTok too.

use super::format::{All, Coding, Key, Meaning, RecordFormat, SwitchNames, Switches, Value};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "klaro",
    &[Key::Cookie("klaro"), Key::Stored("klaro")],
    Coding::Json,
    &Meaning {
        switches: Switches::Members {
            at: "",
            names: SwitchNames::TikTok,
            on: Value::True,
            off: Value::False,
            all: All::OffIsNo,
        },
        ..Meaning::NOTHING
    },
);
