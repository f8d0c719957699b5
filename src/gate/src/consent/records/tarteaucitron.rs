//! tarteaucitron: `!service=true!service=false!service=wait`. `tiktokvideo` is an embedded player,
//! another service. Where TikTok is none of its services, a refusal of all of them is one of TikTok
//! too.

use super::format::{All, Coding, Key, Meaning, RecordFormat, SwitchNames, Switches, Value};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "tarteaucitron",
    &[Key::Cookie("tarteaucitron")],
    Coding::Pairs(b'!', b'='),
    &Meaning {
        switches: Switches::Members {
            at: "",
            names: SwitchNames::Exactly("tiktok"),
            on: Value::Text("true"),
            off: Value::Text("false"),
            all: All::OffIsNo,
        },
        ..Meaning::NOTHING
    },
);
