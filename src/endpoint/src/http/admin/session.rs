//! Who has entered the admin token in a browser. Kept in memory only: a restart signs everybody out.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use sha2::{Digest as _, Sha256};

use crate::clock::random_bytes;

/// Without a page in between.
const IDLE: Duration = Duration::from_secs(30 * 60);
/// However busy.
const LONGEST: Duration = Duration::from_secs(12 * 60 * 60);
/// Open at one time; then the one that has been idle longest goes.
const MOST: usize = 32;

pub(super) const COOKIE_NAME: &str = "assent_admin";
/// Holds what the login form has to bring along.
pub(super) const FORM_COOKIE: &str = "assent_admin_form";

/// A session's name is kept as its hash: to be found by it tells nothing of how near a guess was.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<[u8; 32], Session>>);

#[derive(Debug)]
struct Session {
    form_token: String,
    opened: Duration,
    used: Duration,
}

/// A page's right to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SignedIn {
    pub(super) form_token: String,
}

impl Sessions {
    /// A new one's name, for the cookie.
    pub(super) fn open(&self, passed: Duration) -> Result<String, getrandom::Error> {
        let (name, form_token) = (random_name()?, random_name()?);
        let mut open = self.living(passed);
        if open.len() >= MOST {
            let idlest = open.iter().min_by_key(|(_, session)| session.used);
            if let Some(name) = idlest.map(|(name, _)| *name) {
                open.remove(&name);
            }
        }
        open.insert(hash(&name), Session { form_token, opened: passed, used: passed });
        Ok(name)
    }

    /// It is in use again.
    pub(super) fn find(&self, name: &str, passed: Duration) -> Option<SignedIn> {
        let mut open = self.living(passed);
        let session = open.get_mut(&hash(name))?;
        session.used = passed;
        Some(SignedIn { form_token: session.form_token.clone() })
    }

    pub(super) fn close(&self, name: &str) {
        self.lock().remove(&hash(name));
    }

    fn living(&self, passed: Duration) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        let mut open = self.lock();
        open.retain(|_, session| {
            passed.saturating_sub(session.used) < IDLE
                && passed.saturating_sub(session.opened) < LONGEST
        });
        open
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<[u8; 32], Session>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 128 bits.
pub(super) fn random_name() -> Result<String, getrandom::Error> {
    let bytes: [u8; 16] = random_bytes()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn hash(name: &str) -> [u8; 32] {
    Sha256::digest(name).into()
}

/// The value of the request's cookie of this name.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(COOKIE).iter().filter_map(|header| header.to_str().ok());
    let pairs = all.flat_map(|header| header.split(';')).filter_map(|one| one.split_once('='));
    pairs
        .map(|(key, value)| (key.trim(), value.trim()))
        .find(|(key, _)| *key == name)
        .map(|(_, v)| v)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
        let sessions = Sessions::default();
        let name = sessions.open(Duration::ZERO).expect("dice");
        assert_eq!(name.len(), 32);
        let mut at = Duration::ZERO;
        while at + IDLE - SECOND < LONGEST {
            at += IDLE - SECOND;
            assert!(sessions.find(&name, at).is_some(), "{at:?}");
        }
        assert!(sessions.find(&name, LONGEST).is_none(), "however busy");
        let other = sessions.open(LONGEST).expect("dice");
        assert!(sessions.find(&other, LONGEST + IDLE).is_none(), "idle");
    }

    #[test]
    fn a_session_that_is_closed_or_unknown_opens_nothing() {
        let sessions = Sessions::default();
        let name = sessions.open(Duration::ZERO).expect("dice");
        assert!(sessions.find("", Duration::ZERO).is_none());
        assert!(sessions.find(&name.to_uppercase(), Duration::ZERO).is_none());
        sessions.close(&name);
        assert!(sessions.find(&name, Duration::ZERO).is_none());
    }

    /// Whoever has the token could open them for ever.
    #[test]
    fn there_are_not_more_than_a_few() {
        let sessions = Sessions::default();
        let first = sessions.open(Duration::ZERO).expect("dice");
        let names: Vec<_> = (0..MOST).map(|_| sessions.open(SECOND).expect("dice")).collect();
        assert!(sessions.find(&first, SECOND).is_none());
        assert!(names.iter().all(|name| sessions.find(name, SECOND).is_some()));
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers
            .append(COOKIE, "a=1; assent_admin_form=x;assent_admin=y".parse().expect("a header"));
        headers.append(COOKIE, "b=2".parse().expect("a header"));
        let found =
            ["assent_admin", "assent_admin_form", "b", "assent"].map(|name| cookie(&headers, name));
        assert_eq!(found, [Some("y"), Some("x"), Some("2"), None]);
    }
}
