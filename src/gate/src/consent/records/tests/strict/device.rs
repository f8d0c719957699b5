//! A device, as plain pairs.

/// What stands on a device.
#[derive(Debug)]
pub struct Device {
    cookies: Vec<(String, String)>,
    storage: Vec<(String, String)>,
}

impl Device {
    pub fn new(cookie: &str, storage: &[(String, String)]) -> Self {
        let pair = |pair: &str| {
            let (name, value) = pair.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        };
        Self { cookies: cookie.split(';').filter_map(pair).collect(), storage: storage.to_vec() }
    }

    pub(super) fn cookies(&self, name: &str) -> Vec<&str> {
        self.cookies
            .iter()
            .filter(|(own, _)| own == name)
            .map(|(_, value)| value.as_str())
            .collect()
    }

    pub(super) fn stored(&self, key: &str) -> Vec<&str> {
        self.storage.iter().filter(|(own, _)| own == key).map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn has(&self, cookie: &str) -> bool {
        self.cookies(cookie).iter().any(|value| !value.is_empty())
    }

    /// Every copy of the cookie says so, and there is one.
    pub(super) fn says(&self, cookie: &str, wanted: &str) -> bool {
        let copies = self.cookies(cookie);
        !copies.is_empty() && copies.iter().all(|value| *value == wanted)
    }
}
