//! Axeptio: `axeptio_cookies` has a flag for each vendor, by a slug of the site's; `$$completed` is
//! false until the shopper has answered. A site may have Google's consent signals beside its vendors,
//! where a no is one, or in their place, where a yes is one. `axeptio_authorized_vendors` is `,a,b,`
//! of those that were accepted: where TikTok is not in it, it may just not be among the shop's
//! vendors.

use super::format::{
    All, Coding, Condition, Identifier, Key, Meaning, RecordFormat, SwitchNames, Switches, Time,
    Value,
};
use super::reading;
use super::statement::{Answer, Found};

const COOKIE: &str = "axeptio_cookies";
const SIGNALS: &str = "$$googleConsentMode";

pub(super) const COOKIES: RecordFormat = RecordFormat::new(
    "axeptio",
    &[Key::Cookie(COOKIE)],
    Coding::Json,
    &Meaning {
        asked: &[Condition::Is("$$completed", Value::True)],
        no: &[Condition::GoogleDenied(SIGNALS)],
        yes: &[Condition::GoogleAlone(SIGNALS)],
        switches: Switches::Members {
            at: "",
            names: SwitchNames::TikTok,
            on: Value::True,
            off: Value::False,
            all: All::OffIsNo,
        },
        decided_at: Time::Text("$$date"),
        id: Identifier::At("$$token"),
        version: Identifier::At("$$cookiesVersion.identifier"),
        ..Meaning::NOTHING
    },
);

pub(super) const VENDORS: RecordFormat =
    RecordFormat::own("axeptio", &[Key::Cookie("axeptio_authorized_vendors")], vendors);

const LIST: RecordFormat = RecordFormat::new(
    "axeptio",
    &[],
    Coding::List(b','),
    &Meaning {
        switches: Switches::Lists { on: Some(""), off: None, names: SwitchNames::TikTok },
        ..Meaning::NOTHING
    },
);

/// Beside the other cookie, a list without TikTok says nothing.
fn vendors(found: &Found<'_>) -> Option<Answer> {
    reading::read(&LIST, found)
        .map(|said| said.answer)
        .filter(|said| *said != Answer::Undecided || found.jar.cookie(COOKIE).is_none())
}
