//! A device: cookies and localStorage, as any script of the shop's page could have written them.
//! Each yes of the gate's must be one to a second, strict reader too, which shares no code with it.

#[expect(unreachable_pub, reason = "the gate's own tests read with this file too")]
#[path = "../../../src/gate/src/consent/records/tests/strict/mod.rs"]
mod strict;

use assent_gate::consent::{Cmp, Record, Verdict, records};
use assent_gate::jar::{Jar, Stored};
use assent_gate::text::Text;
use strict::{Device, grants};

/// Signals that can only deny.
const SIGNALS: [&str; 5] = ["shopify", "gpc", "gpp", "usp", "google-ac"];
/// A shop's own name for marketing, which no tool has ever heard of.
const UNHEARD_OF: &str = "zq-planted-category";

/// Reads a device as on `auto`. Panics where a yes is not a strict reader's.
pub fn read(cookie: &str, storage: &[(&str, &str)]) -> Vec<Record> {
    let storage = owned(storage);
    let found = records::read(&jar(cookie, &storage), Cmp::Auto, &[]);
    judge(&found, &Device::new(cookie, &storage));
    found
}

/// The whole of what is asked of a device: the first line is the cookie string, each line after it
/// `key=value` of localStorage. On `auto`, then for each tool that has a record there as a shop's
/// named one, with categories.
pub fn device(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.split('\n');
    let cookie = lines.next().unwrap_or_default();
    let storage: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once('=')).collect();
    let mut sources: Vec<&str> = Vec::new();
    for record in read(cookie, &storage) {
        // A record becomes part of a beacon.
        assert!(record.value.as_str().len() == 64, "only a hash of the value travels");
        if record.deciding && !sources.contains(&record.source.as_str()) {
            sources.push(record.source.as_str());
        }
    }
    let storage = owned(&storage);
    let (jar, known) = (jar(cookie, &storage), Device::new(cookie, &storage));
    for source in sources {
        named(source, &jar, &known);
    }
    second_category(cookie, &storage);
}

/// With a category that stands nowhere a yes can only be one to everything.
fn named(source: &str, jar: &Jar, device: &Device) {
    let cmp: Cmp = source.parse().expect("a source that decides can be named");
    let found = records::read(jar, cmp, &[UNHEARD_OF.into()]);
    let own: Vec<Record> = found.into_iter().filter(|own| own.source.as_str() == source).collect();
    judge(&own, device);
}

/// A shop of OneTrust's whose marketing is `C0002`: what the strict reader says of `C0004` on the
/// same device with the two names exchanged.
fn second_category(cookie: &str, storage: &[(String, String)]) {
    let exchange = |text: &str| {
        text.replace("C0004", "C000?").replace("C0002", "C0004").replace("C000?", "C0002")
    };
    let cmp: Cmp = "onetrust".parse().expect("a tool of the list");
    let categories: [Text; 1] = ["C0002".into()];
    let found = records::read(&jar(cookie, storage), cmp, &categories);
    let cookie = exchange(cookie);
    let own =
        found.into_iter().filter(|own| own.key.as_str() == "OptanonConsent").collect::<Vec<_>>();
    judge(&own, &Device::new(&cookie, storage));
}

fn judge(found: &[Record], device: &Device) {
    for record in found {
        let source = record.source.as_str();
        assert_eq!(record.deciding, !SIGNALS.contains(&source), "{source}");
        // Another of the same tool's says no or cannot be read: then this one grants nothing.
        let own = found.iter().filter(|other| other.source == record.source);
        let together = own.map(|other| other.verdict).max();
        if record.deciding
            && together.is_some_and(|together| together < Verdict::Unreadable)
            && record.verdict == Verdict::Granted
        {
            assert!(
                grants(device, source, &record.key),
                "a yes from garbage: {source} {}",
                record.key
            );
        }
    }
}

/// The text under each of these cookies and keys of localStorage, each on a device of its own, with
/// what tools write beside a yes.
pub fn each(text: &str, cookies: &[&str], keys: &[&str]) {
    const BESIDE: &str = "OptanonAlertBoxClosed=2026-03-02T09:00:01.000Z; cmplz_banner-status=dismissed; notice_preferences=2:";
    for name in cookies {
        read(&format!("{name}={text}; {BESIDE}"), &[]);
    }
    for key in keys {
        read("", &[(key, text), ("uc_user_interaction", "true")]);
    }
}

fn owned(storage: &[(&str, &str)]) -> Vec<(String, String)> {
    storage.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect()
}

fn jar(cookie: &str, storage: &[(String, String)]) -> Jar {
    let stored =
        storage.iter().map(|(key, text)| (key.as_str().into(), Stored::Text(text.as_str().into())));
    Jar { cookie: Some(cookie.into()), storage: stored.collect() }
}
