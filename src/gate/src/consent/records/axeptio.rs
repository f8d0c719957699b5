//! Axeptio: `axeptio_cookies` has a flag for each vendor, by a slug of the site's; `$$completed` is false until the shopper has
//! answered. `axeptio_authorized_vendors` is `,a,b,` of those that were accepted: where TikTok is not in it, it may just not be
//! among the shop's vendors.

use super::format::{All, Coding, Fact, Form, Format, Key, Names, Proof, Switches, Time, Value};

pub(super) const COOKIES: Format = Format::new(
    "axeptio",
    &[Key::Cookie("axeptio_cookies")],
    Coding::Json,
    &Form {
        asked: &[Fact::Is("$$completed", Value::True)],
        switches: Switches::Members {
            at: "",
            names: Names::TikTok,
            on: Value::True,
            off: Value::False,
            all: All::Nothing,
        },
        decided_at: Time::Text("$$date"),
        id: Proof::At("$$token"),
        version: Proof::At("$$cookiesVersion.identifier"),
        ..Form::NOTHING
    },
);

pub(super) const VENDORS: Format = Format::new(
    "axeptio",
    &[Key::Cookie("axeptio_authorized_vendors")],
    Coding::List(b','),
    &Form { switches: Switches::Lists { on: Some(""), off: None, names: Names::TikTok }, ..Form::NOTHING },
);
