//! The questions, each with a deadline: whatever hangs, a check ends.

pub(super) mod endpoint;
pub(super) mod store;
pub(super) mod tiktok;

use std::error::Error;
use std::time::Duration;

/// For each question.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Why a request failed, without the address that was asked: its innermost cause is what a person can act
/// on.
pub(crate) fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer in {} s", PATIENCE.as_secs());
    }
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
