//! tarteaucitron: `!service=true!service=false!service=wait`. `tiktokvideo` is an embedded player, another service.

use super::format::{All, Coding, Form, Format, Key, Names, Switches, Value};

pub(super) const FORMAT: Format = Format::new(
    "tarteaucitron",
    &[Key::Cookie("tarteaucitron")],
    Coding::Pairs(b'!', b'='),
    &Form {
        switches: Switches::Members {
            at: "",
            names: Names::Exactly("tiktok"),
            on: Value::Text("true"),
            off: Value::Text("false"),
            all: All::Nothing,
        },
        ..Form::NOTHING
    },
);
