//! CookieYes: `name:value,name:value`. `action:yes` says that the shopper has answered; `consent:no` beside it is no answer
//! of theirs where every category is on (opt-out laws).

use super::format::{All, Coding, Fact, Form, Format, Key, Names, Proof, Switches, Value};

pub(super) const FORMAT: Format = Format::new(
    "cookieyes",
    &[Key::Cookie("cookieyes-consent")],
    Coding::Pairs(b',', b':'),
    &Form {
        asked: &[Fact::Is("action", Value::Text("yes"))],
        switches: Switches::Members {
            at: "",
            names: Names::Exactly("advertisement"),
            on: Value::Text("yes"),
            off: Value::Text("no"),
            all: All::Nothing,
        },
        id: Proof::At("consentid"),
        ..Form::NOTHING
    },
);
