//! What must not be printed cannot be.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

/// A token or key. Its `Debug` says nothing; `expose` is called only where the value is used.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(value: &str) -> Option<Self> {
        let value = value.trim();
        (!value.is_empty()).then(|| Self(value.to_owned()))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// The shopper's address, as TikTok wants it: raw. It is kept with the event and its context, and
/// is never printed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientIp(String);

impl ClientIp {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<IpAddr> for ClientIp {
    fn from(address: IpAddr) -> Self {
        Self(address.to_string())
    }
}

impl fmt::Debug for ClientIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientIp(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_nothing_and_an_empty_one_is_none() {
        let secret = Secret::new(" hush\n").expect("not empty");
        assert_eq!(secret.expose(), "hush");
        assert!(!format!("{secret:?}").contains("hush"));
        assert_eq!(Secret::new(" \n"), None);
    }

    #[test]
    fn an_address_is_written_for_tiktok_and_never_for_a_log() {
        let ip = ClientIp::from("203.0.113.7".parse::<IpAddr>().expect("an address"));
        assert_eq!(serde_json::to_string(&ip).expect("JSON"), "\"203.0.113.7\"");
        assert!(!format!("{ip:?}").contains("203"));
    }
}
