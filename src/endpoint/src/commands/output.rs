//! How a command's answer is printed.

use std::io::{ErrorKind, Write as _};

use super::failure::Failure;

/// For people, or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OutputForm {
    Text,
    Json,
}

impl OutputForm {
    pub(crate) fn of_flag(json: bool) -> Self {
        if json { Self::Json } else { Self::Text }
    }
}

/// What became of something printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Printed {
    Whole,
    /// Whoever reads has closed the pipe (`… | head`): no failure.
    NobodyReads,
}

/// To stdout, with a line's end.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_on(text).map(|_| ())
}

/// As [`print`], where more may follow.
pub(crate) fn print_on(text: &str) -> Result<Printed, Failure> {
    let mut stdout = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    let parts = [text, end];
    let written = parts.iter().try_for_each(|part| stdout.write_all(part.as_bytes()));
    match written.and_then(|()| stdout.flush()) {
        Ok(()) => Ok(Printed::Whole),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(Printed::NobodyReads),
        Err(error) => Err(error.into()),
    }
}
