//! Axeptio: `axeptio_cookies` has a flag for each vendor, by a slug of the site's; `$$completed` is
//! false until the shopper has answered. `axeptio_authorized_vendors` is `,a,b,` of those that were
//! accepted: where TikTok is not in it, it may just not be among the shop's vendors.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};

pub(super) const COOKIES: RecordFormat = RecordFormat::new(
    "axeptio",
    &[Key::Cookie("axeptio_cookies")],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Is("$$completed", Value::True)],
        switches: Switches::Members {
            at: "",
            names: SwitchNames::TikTok,
            on: Value::True,
            off: Value::False,
            all: All::Nothing,
        },
        decided_at: Time::Text("$$date"),
        id: Identifier::At("$$token"),
        version: Identifier::At("$$cookiesVersion.identifier"),
        ..Meaning::NOTHING
    },
);

pub(super) const VENDORS: RecordFormat = RecordFormat::new(
    "axeptio",
    &[Key::Cookie("axeptio_authorized_vendors")],
    Coding::List(b','),
    &Meaning {
        switches: Switches::Lists { on: Some(""), off: None, names: SwitchNames::TikTok },
        ..Meaning::NOTHING
    },
);
