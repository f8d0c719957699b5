//! `assent.toml`, damaged: every fault is told, none of it repeats a secret, and no shop comes out
//! of it without a word about consent.

use std::path::Path;

use assent_endpoint::config::{Config, Secrets};

/// In the seeds it stands where secrets stand by mistake.
const PLANTED: &str = "tok-planted-5ecret";

pub fn config(bytes: &[u8]) {
    // A file that is no UTF-8 is refused where it is read.
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let is_set = |name: &str| !name.contains(PLANTED);
    let environment = |name: &str| is_set(name).then(|| format!("tok-{name}-5ecret-value"));
    for secrets in [Secrets::Needed, Secrets::NotNeeded] {
        match Config::parse(text, Path::new("/nowhere"), secrets, &environment) {
            Ok(config) => {
                assert!(!config.shops.is_empty(), "a configuration without a shop");
                let said = text.matches("cmp").count();
                assert!(said >= config.shops.len(), "a shop that nobody has asked about consent");
                let printed = format!("{config:?}");
                assert!(!printed.contains("5ecret-value"), "a secret is printed");
            }
            Err(faults) => {
                assert!(!faults.is_empty(), "a refusal that says nothing");
                for fault in faults.iter().map(ToString::to_string) {
                    assert!(!fault.trim().is_empty(), "an empty fault");
                    assert!(!fault.contains("5ecret-value"), "a secret is told: {fault}");
                    assert!(!tells(&fault), "what may be a secret is told: {fault}");
                }
            }
        }
    }
}

/// A secret stands where a secret's variable is to be named, or on a line that is no TOML. A word
/// that should be one of a list is told back, and so is a key.
fn tells(fault: &str) -> bool {
    let (place, fault) = match fault.split_once(": ") {
        Some((place, what)) if place.starts_with("line ") => (place, what),
        Some(_) | None => ("", fault),
    };
    // A point, not a line: there the file is no TOML, or a key is told that is unknown or whose value
    // is of another type.
    let is_of_a_key = fault.contains("unknown key") || fault.ends_with("is expected here");
    if place.contains("column") && !is_of_a_key {
        return fault.contains(PLANTED);
    }
    let of_shop = fault.strip_prefix("shops (").and_then(|rest| rest.split_once("): "));
    let (_, what) = of_shop.unwrap_or(("", fault));
    let places = ["access_token", "webhook_secret", "admin_token"];
    places.iter().any(|place| what.starts_with(place)) && what.contains(PLANTED)
}
