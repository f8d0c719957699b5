//! Which run of a server this is: by it `assent check` knows an answer of the server that has this
//! store open from one of another, and endpoints that share a store know each other's sends. It is drawn anew at
//! each start, and tells nothing else.

use std::fmt;

/// The header of `/healthz` that has it.
pub(crate) const HEADER: &str = "assent-run";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunNumber(pub(crate) i64);

impl RunNumber {
    /// Of whoever has a store alone, and need not be told from others.
    pub(crate) const ALONE: Self = Self(0);

    /// A new one: positive, and another each time.
    pub(crate) fn drawn(dice: u64) -> Self {
        Self(i64::try_from(dice >> 1).unwrap_or(i64::MAX).max(1))
    }
}

impl fmt::Display for RunNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:09}", self.0)
    }
}
