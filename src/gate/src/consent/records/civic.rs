//! Civic Cookie Control: plain JSON. `optionalCookies` holds `accepted` or `revoked` by the site's
//! own names; "legitimate interest" is no consent, and an empty map after an answer is a refusal of
//! all. With IAB's framework switched on `iabConsent` holds a TC string in its place, which may stand
//! in `CookieControlTC` too.

use super::format::{
    All, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time, Value,
};
use super::record::Verdict;
use super::statement::{Answer, Found, Statement};
use super::{reading, tcf};
use crate::consent::decode::percent_json;

pub(super) const FORMAT: RecordFormat =
    RecordFormat::own("civic", &[Key::Cookie("CookieControl")], read);
pub(super) const TCF: RecordFormat =
    RecordFormat::own("civic", &[Key::Cookie("CookieControlTC")], tcf::read);

const MEANING: Meaning = Meaning {
    asked: &[Condition::Is("interactedWith", Value::True)],
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
};

fn read(found: &Found<'_>) -> Option<Statement> {
    let Some(tree) = percent_json(found.value) else { return Some(Verdict::Unreadable.into()) };
    let mut said = reading::said(&tree, &MEANING, found)?;
    let iab = tree.text_at("iabConsent").and_then(|text| tcf::said(&text));
    if let (Some(iab), Some(true)) = (iab, tree.flag_at("interactedWith")) {
        // Its categories are left out then. Where they are not, both count.
        let is_left_out = reading::count(&tree, "optionalCookies", None) == 0;
        let own = if is_left_out && !tree.is_doubled() { Answer::Granted } else { said.answer };
        said.answer = own.max(iab.answer);
    }
    Some(said)
}
