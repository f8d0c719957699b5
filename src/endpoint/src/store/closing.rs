//! What is left to do when the last writer of a store has gone.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use super::file;
use super::lease::Lease;

/// For the last commits when a server stops.
const FAREWELL: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(super) struct Closing {
    /// Says when all threads that write have ended.
    pub(super) closed: Receiver<()>,
    pub(super) hold: Hold,
}

/// By what others know that the store is in use, until it is dropped.
#[derive(Debug)]
pub(super) enum Hold {
    File { _lock: file::Lock },
    Database { lease: Lease },
}

impl Closing {
    /// Longer than any commit. If a handle is still about, the commits are there all the same;
    /// only the file's tidying is left to the next start.
    pub(super) fn wait(self) {
        let Self { closed, hold } = self;
        if closed.recv_timeout(FAREWELL) == Err(RecvTimeoutError::Timeout) {
            tracing::warn!("the store was still in use at the end");
            if let Hold::Database { lease } = &hold {
                // A claim may still be committed: others are to look for it.
                lease.leaves_something();
            }
        }
        drop(hold);
    }
}
