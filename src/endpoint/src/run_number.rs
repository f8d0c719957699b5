//! Which run of a server this is: by it `assent check` knows an answer of the server that has this
//! store open from one of another. It is drawn anew at each start, and tells nothing else.

use std::fmt;

/// The header of `/healthz` that has it.
pub(crate) const HEADER: &str = "assent-run";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunNumber(pub(crate) i64);

impl fmt::Display for RunNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:09}", self.0)
    }
}
