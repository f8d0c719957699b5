//! `--start`: this process becomes the endpoint, so that Ctrl-C and signals reach it.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use super::answers::Answers;
use super::pieces::Placement;
use crate::commands::failure::{Failure, Misuse};

/// A service has a user and a store of its own, which only systemd makes.
pub(super) fn refuse_for_a_service(placement: &Placement) -> Result<(), Misuse> {
    match placement {
        Placement::Own(_) => Ok(()),
        Placement::System(_) => Err(Misuse(
            "--start is for a folder of your own; below /etc systemd starts it: leave --start out, and do what it says then"
                .to_owned(),
        )),
    }
}

/// Returns only where it fails.
pub(super) fn serve(answers: &Answers, placement: &Placement) -> Result<Failure, Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("serve").arg("--copy");
    command.arg("--config").arg(placement.folder().join("assent.toml"));
    if answers.test_event_code.is_some() {
        command.arg("--test-events");
    }
    Ok(command.exec().into())
}
