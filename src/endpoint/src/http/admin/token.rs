//! The admin token, compared; and who tries many wrong ones is not listened to for a while.

use axum::extract::Request;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::http::app::App;
use crate::http::crowd::Network;
use crate::secret::Secret;

/// Why nobody is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoEntry {
    WrongToken,
    /// Too many wrong ones came from there: this one has not been looked at.
    TooOften,
}

/// Who knocks. Taken from a request before its body is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Knock(Network);

impl Knock {
    pub(super) fn of(app: &App, request: &Request) -> Self {
        Self(app.network(request))
    }

    /// Before anything is read that it brings.
    pub(super) fn is_heard(self, app: &App) -> Result<(), NoEntry> {
        app.crowd.admit_token(self.0, app.clock.passed()).map_err(|_| {
            app.crowd.tell_of_tokens(app.clock.now());
            NoEntry::TooOften
        })
    }

    pub(super) fn shows(self, app: &App, given: &[u8], token: &Secret) -> Result<(), NoEntry> {
        if is_same(given, token) {
            return Ok(());
        }
        app.crowd.wrong_token(self.0, app.clock.passed());
        app.crowd.tell_of_tokens(app.clock.now());
        Err(NoEntry::WrongToken)
    }
}

/// Compared in the same time whatever is wrong with it; hashed first, so that its length does not
/// tell either.
fn is_same(given: &[u8], token: &Secret) -> bool {
    bool::from(Sha256::digest(given).ct_eq(&Sha256::digest(token.expose())))
}
