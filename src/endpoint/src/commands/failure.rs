//! Why a command failed, ready to be printed.

use std::process::ExitCode;

pub(crate) type Failure = Box<dyn std::error::Error>;

/// A failure of how the command was called, which only the configuration shows.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Misuse(pub(crate) String);

/// A failure that the log has told already.
#[derive(Debug, thiserror::Error)]
#[error("the log says why")]
pub(crate) struct Told;

/// A check has found something that is to be repaired, and its answer says what.
#[derive(Debug, thiserror::Error)]
#[error("something is to be repaired")]
pub(crate) struct Found;

/// 1 (failed) or 2 (usage).
pub(crate) fn exit_code(failure: &Failure) -> ExitCode {
    if failure.is::<Misuse>() { ExitCode::from(2) } else { ExitCode::FAILURE }
}
