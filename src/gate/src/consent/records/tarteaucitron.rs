//! tarteaucitron: `!service=true!service=false!service=wait`. `tiktokvideo` is an embedded player,
//! another service. Google's consent mode has services of its own there: a refusal of its advertising
//! is one of TikTok too. Where TikTok is none of its services, so is a refusal of all of them.

use super::format::{
    All, Coding, Condition, Key, Meaning, RecordFormat, SwitchNames, Switches, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "tarteaucitron",
    &[Key::Cookie("tarteaucitron")],
    Coding::Pairs(b'!', b'='),
    &Meaning {
        no: &[
            Condition::Is("gcmadstorage", Value::Text("false")),
            Condition::Is("gcmadsuserdata", Value::Text("false")),
        ],
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
