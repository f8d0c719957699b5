//! Can this process store durably now? It is asked by load balancers, which take a machine away for a
//! no, so only what is certain is one: the last commit failed, and so does a test.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::store::{Store, StoreError};

/// Between two tests, whoever asks: each is a write, and anybody may ask.
const BETWEEN_TESTS: Duration = Duration::from_secs(5);
/// For one test. A healthy disk needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(3);

/// Why nothing can be stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotReady {
    #[error("it is stopping")]
    Stopping,
    #[error(
        "the store's writer has broken off; the process ends and has to be started again. Please \
         report this as a bug of Assent"
    )]
    WriterIsDead,
    #[error(
        "the last commit failed, and so does a test ({0}). Is the disk full, read-only or broken? \
         Nothing is acknowledged that is not stored; what is stored is still sent"
    )]
    CannotCommit(String),
}

#[derive(Debug)]
pub struct Readiness {
    store: Store,
    stopping: AtomicBool,
    last: Mutex<Option<Test>>,
}

#[derive(Debug)]
struct Test {
    at: Instant,
    outcome: Result<(), NotReady>,
}

impl Readiness {
    pub(super) fn new(store: Store) -> Self {
        Self { store, stopping: AtomicBool::new(false), last: Mutex::new(None) }
    }

    /// From now on it is not ready.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::Release);
    }

    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Acquire)
    }

    /// Whether the writer is there. Without it the process is of no use to anybody.
    pub fn is_alive(&self) -> bool {
        self.store.durability().is_alive
    }

    pub async fn check(&self) -> Result<(), NotReady> {
        if self.is_stopping() {
            return Err(NotReady::Stopping);
        }
        if !self.is_alive() {
            return Err(NotReady::WriterIsDead);
        }
        if self.store.durability().has_failed { self.test().await } else { Ok(()) }
    }

    /// As if a test had just ended like this.
    #[cfg(test)]
    pub(super) async fn has_tested(&self, outcome: Result<(), NotReady>) {
        *self.last.lock().await = Some(Test { at: Instant::now(), outcome });
    }

    /// The outcome of a test that is at most five seconds old.
    pub async fn test(&self) -> Result<(), NotReady> {
        let mut last = self.last.lock().await;
        if let Some(test) = last.as_ref().filter(|test| test.at.elapsed() < BETWEEN_TESTS) {
            return test.outcome.clone();
        }
        let written = tokio::time::timeout(PATIENCE, self.store.test_write()).await;
        let outcome = match written {
            Ok(Ok(())) => Ok(()),
            Ok(Err(StoreError::Stopped)) if !self.is_alive() => Err(NotReady::WriterIsDead),
            Ok(Err(error)) => Err(NotReady::CannotCommit(error.to_string())),
            Err(_) => Err(NotReady::CannotCommit("it did not come back in 3 seconds".to_owned())),
        };
        *last = Some(Test { at: Instant::now(), outcome: outcome.clone() });
        outcome
    }
}
