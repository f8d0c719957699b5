//! Klaro: percent-encoded JSON, a flag for each service of the site's. Where no service is TikTok's, a refusal of all of them
//! is one of TikTok too.

use super::format::{All, Coding, Form, Format, Key, Names, Switches, Value};

pub(super) const FORMAT: Format = Format::new(
    "klaro",
    &[Key::Cookie("klaro"), Key::Stored("klaro")],
    Coding::Json,
    &Form {
        switches: Switches::Members {
            at: "",
            names: Names::TikTok,
            on: Value::True,
            off: Value::False,
            all: All::OffIsNo,
        },
        ..Form::NOTHING
    },
);
