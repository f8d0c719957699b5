//! What consent tools left on the device. One file per tool or family: data for one interpreter, or
//! (where a tool's ways are too odd) a reader of its own. [`FORMATS`] is all that knows of them.

mod format;
mod reading;
mod record;
mod statement;

mod avada;
mod axeptio;
pub(super) mod banner;
mod bridge;
mod c15t;
mod civic;
mod commanders_act;
mod complianz;
mod consentik;
mod consentmanager;
mod consentmo;
mod cookie_information;
mod cookie_script;
mod cookiebot;
mod cookiefirst;
mod cookiehub;
mod cookieyes;
mod didomi;
mod enzuzo;
mod fides;
mod funding_choices;
mod google_ac;
mod gpc;
mod gpp;
mod iubenda;
mod ketch;
mod klaro;
mod onetrust;
mod osano;
mod pandectes;
mod secure_privacy;
mod securiti;
mod shopify_legacy;
mod sourcepoint;
mod tarteaucitron;
mod tcf;
mod tealium;
mod termly;
mod transcend;
mod trustarc;
mod usercentrics;
mod usp;
mod vanilla;

use crate::text::Text;
pub use bridge::{BRIDGE_KEY, Published, prevail};
use format::{Key, RecordFormat};
pub use record::{RECORD_AHEAD, Record, Verdict};
use statement::{Answer, Found, Statement, tell};

use super::policy::Cmp;
use crate::jar::{Jar, Stored};
use crate::limits;

/// The table of docs/facts/consent.md#records, and the signals that stand below it there.
static FORMATS: &[RecordFormat] = &[
    onetrust::FORMAT,
    onetrust::TCF,
    onetrust::GPC,
    cookiebot::FORMAT,
    cookiebot::TCF,
    usercentrics::V3,
    usercentrics::V2,
    usercentrics::INTERACTION,
    usercentrics::BESIDE,
    didomi::FORMAT,
    didomi::TCF,
    consentmo::STATUS,
    consentmo::DISABLED,
    pandectes::FORMAT,
    iubenda::FORMAT,
    iubenda::US,
    axeptio::COOKIES,
    axeptio::VENDORS,
    cookieyes::FORMAT,
    complianz::FORMAT,
    termly::FORMAT,
    trustarc::PERMIT,
    trustarc::PREFS,
    osano::FORMAT,
    sourcepoint::FORMAT,
    klaro::FORMAT,
    vanilla::FORMAT,
    civic::FORMAT,
    civic::TCF,
    cookiefirst::FORMAT,
    cookie_script::FORMAT,
    cookie_information::FORMAT,
    transcend::FORMAT,
    ketch::FORMAT,
    ketch::GPP,
    avada::FORMAT,
    enzuzo::FORMAT,
    secure_privacy::FORMAT,
    tarteaucitron::FORMAT,
    consentmanager::TCF,
    consentmanager::LISTS,
    securiti::FORMAT,
    securiti::GPC,
    cookiehub::FORMAT,
    c15t::FORMAT,
    consentik::FORMAT,
    fides::FORMAT,
    tealium::FORMAT,
    commanders_act::FORMAT,
    bridge::FORMAT,
    tcf::FORMAT,
    funding_choices::TCF,
    gpc::FORMAT,
    gpp::FORMAT,
    usp::FORMAT,
    google_ac::FORMAT,
    shopify_legacy::TRACKING_CONSENT,
    shopify_legacy::TOKEN,
];

/// What the setting `cmp` says, as its own `FromStr` reads it. By the table above: in the module the
/// list of slugs would weigh more.
pub fn cmp(text: &str) -> Option<Cmp> {
    match text {
        "shopify" => Some(Cmp::Shopify),
        "auto" => Some(Cmp::Auto),
        slug => FORMATS
            .iter()
            .map(|format| format.source)
            .find(|source| source.as_str() == slug && source.can_grant())
            .map(Cmp::Named),
    }
}

/// Shows the keys of localStorage that must be read for this setting; one that ends with `*` stands
/// for every key that begins so.
pub fn storage_keys(cmp: Cmp, see: &mut dyn FnMut(&str)) {
    for format in FORMATS {
        let wanted = match cmp {
            Cmp::Shopify => false,
            Cmp::Auto => format.on_auto,
            Cmp::Named(source) => source == format.source,
        };
        format.keys.iter().filter(|key| wanted && !key.is_cookie()).for_each(|key| see(key.name()));
    }
}

/// All records on the device. `categories` are the shop's own names for marketing; they are for the
/// tool it has named, or for any on `auto`.
pub fn read(jar: &Jar, cmp: Cmp, categories: &[Text]) -> Vec<Record> {
    read_as(FORMATS, jar, cmp, categories)
}

fn read_as(formats: &[RecordFormat], jar: &Jar, cmp: Cmp, categories: &[Text]) -> Vec<Record> {
    let mut records = Vec::new();
    for format in formats {
        let own = match cmp {
            Cmp::Auto => true,
            Cmp::Named(source) => source == format.source,
            Cmp::Shopify => false,
        };
        let categories = if own { categories } else { &[] };
        // One that cannot be read must not hide what another says, nor be hidden by it.
        let (mut strictest, mut unreadable): (Option<Seen<'_>>, Option<Seen<'_>>) = (None, None);
        let mut copies_seen = 0;
        let mut see = |key, value: Option<_>| {
            copies_seen += 1;
            let said = match value {
                Some(value)
                    if str::len(value) <= limits::RECORD_TEXT
                        && copies_seen <= limits::RECORD_COPIES =>
                {
                    reading::read(format, &Found { key, value, jar, categories })
                }
                Some(_) | None => Some(Answer::Unreadable.into()),
            };
            let Some(said) = said else { return };
            let copy =
                if said.answer == Answer::Unreadable { &mut unreadable } else { &mut strictest };
            if copy.as_ref().is_none_or(|(_, _, than)| said.answer > than.answer) {
                *copy = Some((key, value.unwrap_or_default(), said));
            }
        };
        for key in format.keys {
            copies(*key, jar, &mut see);
        }
        let mut put = |copy: Option<Seen<'_>>| {
            if let Some((key, value, said)) = copy {
                tell(&mut records, format.source, key, value, said);
            }
        };
        put(strictest);
        put(unreadable);
    }
    records
}

/// A key as found, what stands there, and what it says.
type Seen<'a> = (&'a str, &'a str, Statement);

/// Shows everything that stands under a key; `None` where it could not be read.
fn copies<'a>(key: Key, jar: &'a Jar, see: &mut dyn FnMut(&'a str, Option<&'a str>)) {
    if key.is_cookie() {
        jar.all_cookies()
            .filter(|(name, _)| key.fits(name))
            .for_each(|(name, value)| see(name, Some(value)));
        return;
    }
    // The key itself, with its `*`, stands there where the list of what begins so could not be
    // read.
    for (name, stored) in
        jar.storage.iter().filter(|(name, _)| key.fits(name) || name == key.name())
    {
        match stored {
            Stored::Text(text) => see(name, Some(text)),
            Stored::Unreadable => see(name, None),
            Stored::Absent => {}
        }
    }
}

#[cfg(test)]
mod tests;
