//! What every target asks: that the gate's reading of a device ends, and that each yes of it is one
//! to the strict reader too.

#[path = "../../../src/gate/src/consent/records/tests/strict/mod.rs"]
mod strict;

use assent_gate::consent::{Cmp, Record, Verdict, records};
use assent_gate::jar::{Jar, Stored};
use strict::{Device, grants};

/// Signals that can only deny.
const SIGNALS: [&str; 5] = ["shopify", "gpc", "gpp", "usp", "google-ac"];

/// Reads a device as on `auto`. Panics where a yes is not a strict reader's.
pub fn read(cookie: &str, storage: &[(&str, &str)]) -> Vec<Record> {
    let storage: Vec<(String, String)> = storage.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
    let stored = storage.iter().map(|(key, text)| (key.clone(), Stored::Text(text.clone()))).collect();
    let found = records::read(&Jar { cookie: Some(cookie.to_owned()), storage: stored }, Cmp::Auto, &[]);
    let device = Device::new(cookie, &storage);
    for record in &found {
        let source = record.source.as_str();
        assert_eq!(record.deciding, !SIGNALS.contains(&source), "{source}");
        // Another of the same tool's says no or cannot be read: then this one grants nothing.
        let own = found.iter().filter(|other| other.source == record.source);
        let together = own.map(|other| other.verdict).max();
        if record.deciding && together.is_some_and(|together| together < Verdict::Unreadable) && record.verdict == Verdict::Granted {
            assert!(grants(&device, source, &record.key), "a yes from garbage: {source} {}", record.key);
        }
    }
    found
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
