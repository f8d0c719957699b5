//! Reads values one by one, and collects what is wrong with each.

use std::path::Path;

use reqwest::Url;

use super::configuration::Secrets;
use crate::secret::Secret;

/// Reads the file's values into ours and collects what is wrong on the way.
pub(super) struct FaultCollector<'a> {
    pub(super) base: &'a Path,
    pub(super) secrets: Secrets,
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
    pub(super) faults: &'a mut Vec<String>,
}

impl FaultCollector<'_> {
    pub(super) fn fault(&mut self, fault: impl Into<String>) {
        self.faults.push(fault.into());
    }

    /// An https URL without query or fragment; plain http only where nothing leaves the machine.
    pub(super) fn url(&mut self, key: &str, text: &str) -> Option<Url> {
        let Some(url) = Url::parse(text).ok().filter(Url::has_host) else {
            self.fault(format!(
                "{key}: `{text}` is not an address such as `https://events.example.com`"
            ));
            return None;
        };
        let safe = url.scheme() == "https" || (url.scheme() == "http" && stays_here(&url));
        if !safe {
            self.fault(format!(
                "{key}: `{text}` must be https (plain http only on loopback or *.localhost)"
            ));
        }
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !bare || url.password().is_some() {
            self.fault(format!("{key}: without user, query and fragment, please"));
        }
        (safe && bare).then_some(url)
    }

    /// A secret from the environment; its absence is a fault only where secrets are needed.
    pub(super) fn variable(&mut self, key: &str, name: &str) -> Option<Secret> {
        if self.secrets == Secrets::NotNeeded {
            return None;
        }
        let secret = (self.environment)(name).and_then(|value| Secret::new(&value));
        if secret.is_none() {
            self.fault(if looks_like_a_name(name) {
                format!("{key}: the environment variable {name} is not set, or empty")
            } else {
                format!(
                    "{key}: the *name* of an environment variable is expected here, such as \
                         ACME_TIKTOK_TOKEN"
                )
            });
        }
        secret
    }
}

/// Whether this can be a variable's name. Anything else may be the secret itself, put in the wrong
/// place, and is not repeated in the message.
fn looks_like_a_name(text: &str) -> bool {
    text.len() <= 64
        && text.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'_' | b'0'..=b'9'))
        && text.starts_with(|first: char| !first.is_ascii_digit())
}

pub(crate) fn stays_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
