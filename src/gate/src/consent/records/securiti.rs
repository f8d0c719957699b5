//! Securiti: plain JSON (or base64), 0 or 1 under the tenant's own ids. All on is a yes; none or all
//! off is a no; for anything between, only the shop can say which ids count. `gcm` has Google's
//! consent signals by name or by number, of which the first three are for advertising.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};

const KEYS: &[Key] = &[Key::Cookie("__privaci_cookie_consents")];

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "securiti",
    KEYS,
    Coding::Base64,
    &Meaning {
        no: &[Condition::Is("suppressNonEssentials", Value::True), Condition::GoogleDenied("gcm")],
        asked: &[
            Condition::NotBeside("__privaci_cookie_no_action"),
            Condition::IsOrAbsent("implicit_consent", Value::False),
        ],
        switches: Switches::Members {
            at: "consents",
            names: SwitchNames::Unknown,
            on: Value::Number(1),
            off: Value::Number(0),
            all: All::Decide,
        },
        // A yes counts only where the record says that the shopper gave it, and where nothing that
        // may be a no is written in words that we do not know.
        sure: &[
            Condition::Has("implicit_consent"),
            Condition::IsOrAbsent("suppressNonEssentials", Value::False),
        ],
        decided_at: Time::Seconds("ts"),
        id: Identifier::Beside("__privaci_cookie_consent_uuid"),
        version: Identifier::At("latest_published_version"),
        ..Meaning::NOTHING
    },
);

pub(super) const GPC: RecordFormat = RecordFormat::new(
    "gpc",
    KEYS,
    Coding::Base64,
    &Meaning {
        opt_out: &[Condition::Is("gpcInBrowserOnConsent", Value::True)],
        silent: true,
        ..Meaning::NOTHING
    },
);
