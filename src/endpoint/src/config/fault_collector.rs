//! Reads values one by one, and collects what is wrong with each.

use std::path::Path;

use reqwest::Url;

use super::configuration::Secrets;
use super::written::Written;
use crate::secret::Secret;

/// Reads the file's values into ours and collects what is wrong on the way.
pub(super) struct FaultCollector<'a> {
    pub(super) base: &'a Path,
    pub(super) secrets: Secrets,
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
    pub(super) written: &'a mut Written,
}

impl FaultCollector<'_> {
    /// `key` is its path in the file, with dots between.
    pub(super) fn fault(&mut self, key: &str, what: impl AsRef<str>) {
        self.written.fault(key, format!("{key}: {}", what.as_ref()));
    }

    /// An https URL without query or fragment; plain http only where nothing leaves the machine.
    pub(super) fn url(&mut self, key: &str, text: &str) -> Option<Url> {
        let Some(url) = Url::parse(text).ok().filter(Url::has_host) else {
            self.fault(
                key,
                format!("`{text}` is not an address such as `https://events.example.com`"),
            );
            return None;
        };
        let safe = url.scheme() == "https" || (url.scheme() == "http" && stays_here(&url));
        if !safe {
            self.fault(
                key,
                format!("`{text}` must be https (plain http only on loopback or *.localhost)"),
            );
        }
        let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        if !bare || url.password().is_some() {
            self.fault(key, "without user, query and fragment, please");
        }
        (safe && bare).then_some(url)
    }

    /// A secret from the environment; its absence is a fault only where secrets are needed. `Err`:
    /// what is wrong.
    pub(super) fn variable(&self, name: &str) -> Result<Option<Secret>, String> {
        if self.secrets == Secrets::NotNeeded {
            return Ok(None);
        }
        let secret = (self.environment)(name).and_then(|value| Secret::new(&value));
        match secret {
            Some(secret) => Ok(Some(secret)),
            None if looks_like_a_name(name) => {
                Err(format!("the environment variable {name} is not set, or empty"))
            }
            None => Err("the *name* of an environment variable is expected here, such as \
                         ACME_TIKTOK_TOKEN"
                .to_owned()),
        }
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
