//! `assent.toml`, damaged: every fault is told, none of it repeats a secret, and no shop comes out
//! of it without a word about consent.

use std::path::Path;

use assent_endpoint::config::{Config, Secrets};

/// In the seeds it stands where secrets stand by mistake.
const PLANTED: &str = "tok-planted-5ecret";

pub fn config(bytes: &[u8]) {
    // A file that is no UTF-8 is refused where it is read.
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let environment = |name: &str| Some(format!("tok-{name}-5ecret-value"));
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
                for fault in faults {
                    assert!(!fault.trim().is_empty(), "an empty fault");
                    assert!(!fault.contains("5ecret-value"), "a secret is told: {fault}");
                    // A key is named, whatever it is: nobody could find it otherwise.
                    let is_key = fault.contains(": unknown key");
                    assert!(is_key || !fault.contains(PLANTED), "may be a secret: {fault}");
                }
            }
        }
    }
}
