//! CookieHub: base64 JSON (the vendor's support article 46). `allowSale: false` is an opt-out. Where
//! nobody was asked it says `implicit`, which most of its releases spell `implict`; those of before
//! 2023 say that no law asks (`cookieLaws: false`), and list their categories as objects.

use super::format::{
    Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "cookiehub",
    &[Key::Cookie("cookiehub")],
    Coding::Base64,
    &Meaning {
        opt_out: &[Condition::Is("allowSale", Value::False)],
        asked: &[
            Condition::Is("answered", Value::True),
            Condition::IsNot("implicit", Value::True),
            Condition::IsNot("implict", Value::True),
        ],
        sure: &[
            Condition::IsOrAbsent("allowSale", Value::True),
            Condition::IsOrAbsent("implicit", Value::False),
            Condition::IsOrAbsent("implict", Value::False),
            Condition::IsOrAbsent("cookieLaws", Value::True),
        ],
        yes: &[Condition::Is("allAllowed", Value::True)],
        switches: Switches::Accepted { at: &["categories"], names: SwitchNames::Marketing },
        decided_at: Time::Text("timestamp"),
        id: Identifier::At("token"),
        version: Identifier::At("revision"),
        ..Meaning::NOTHING
    },
);
