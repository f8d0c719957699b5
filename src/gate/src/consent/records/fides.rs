//! Fides: percent-encoded JSON (or base64), a switch for each of the tenant's notices. `consentMethod`
//! says who answered; a dismissal or a script's default is no yes. With IAB's frameworks switched on
//! their strings stand in `fides_string`, `TC,AC,GPP`, of which a no counts.

use super::format::{
    All, Coding, Condition, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};
use super::statement::Answer;

const KEYS: &[Key] = &[Key::Holding("fides_consent")];
const METHOD: &str = "fides_meta.consentMethod";
const STRINGS: &str = "fides_string";

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "fides",
    KEYS,
    Coding::Base64,
    &Meaning {
        opt_out: &[
            Condition::Says(STRINGS, Answer::OptedOut),
            // It honours Global Privacy Control by saving a refusal in the shopper's place.
            Condition::Is(METHOD, Value::Text("gpc")),
        ],
        no: &[
            Condition::Is(METHOD, Value::Text("reject")),
            Condition::Says(STRINGS, Answer::Denied),
        ],
        held: &[Condition::Says(STRINGS, Answer::Unreadable)],
        switches: Switches::Members {
            at: "consent",
            names: SwitchNames::Fides,
            on: Value::True,
            off: Value::False,
            all: All::Nothing,
        },
        sure: &[Condition::Is(METHOD, Value::AnyOf("accept,save,button"))],
        decided_at: Time::Text("fides_meta.updatedAt"),
        ..Meaning::NOTHING
    },
);
