//! How many pages may look on at what happens now.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const MOST: usize = 16;

#[derive(Debug, Clone)]
pub(super) struct Gallery(Arc<Semaphore>);

/// Held for as long as a page looks on.
#[derive(Debug)]
pub(super) struct Seat {
    _taken: OwnedSemaphorePermit,
}

impl Default for Gallery {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST)))
    }
}

impl Gallery {
    /// `None`: all are taken.
    pub(super) fn seat(&self) -> Option<Seat> {
        let taken = self.0.clone().try_acquire_owned().ok()?;
        Some(Seat { _taken: taken })
    }
}
