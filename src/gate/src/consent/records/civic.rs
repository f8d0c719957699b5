//! Civic Cookie Control: plain JSON. `optionalCookies` holds `accepted` or `revoked` by the site's
//! own names; "legitimate interest" is no consent, and an empty map after an answer is a refusal of
//! all. With IAB's framework switched on `iabConsent` holds a TC string in its place, which may stand
//! in `CookieControlTC` too.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};
use super::statement::Answer;
use super::tcf;

const IAB: &str = "iabConsent";

pub(super) const FORMAT: RecordFormat = RecordFormat::new(
    "civic",
    &[Key::Cookie("CookieControl")],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Is("interactedWith", Value::True)],
        no: &[Condition::Says(IAB, Answer::Denied)],
        // Where the categories are not left out, both count.
        yes: &[Condition::IsWithout(IAB, Value::AnyText, "optionalCookies")],
        held: &[Condition::Says(IAB, Answer::Undecided)],
        switches: Switches::Members {
            at: "optionalCookies",
            names: SwitchNames::Marketing,
            on: Value::Text("accepted"),
            off: Value::Text("revoked"),
            all: All::NoneIsNo,
        },
        decided_at: Time::Milliseconds("consentDate"),
        expires_at: Time::Days("consentExpiry"),
        id: Identifier::At("user"),
        version: Identifier::At("statement.updated"),
        ..Meaning::NOTHING
    },
);
pub(super) const TCF: RecordFormat =
    RecordFormat::told("civic", &[Key::Cookie("CookieControlTC")], tcf::read);
