//! Whether what is written lasts: what became of the last commit, and whether the writer lives.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A commit takes milliseconds. One that has not come back by then counts as failed.
const STUCK: Duration = Duration::from_secs(10);

/// How the writer is, seen from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Durability {
    /// The writer's thread is there.
    pub is_alive: bool,
    /// The last commit that had something to write failed, or it has not come back for long, or the
    /// file was found damaged.
    pub has_failed: bool,
    /// Commits that failed since the start.
    pub failures: u64,
}

#[derive(Debug, Default)]
pub(super) struct WriterHealth {
    failed: AtomicBool,
    /// Something of the file was found damaged, and no test of all of it has gone well since. What
    /// can still be written beside the damage says nothing of it.
    damaged: AtomicBool,
    failures: AtomicU64,
    /// When the transactions under way began, by the number of the thread.
    began: Mutex<BTreeMap<usize, Instant>>,
}

impl WriterHealth {
    pub(super) fn begins(&self, thread: usize) {
        self.under_way().insert(thread, Instant::now());
    }

    fn under_way(&self) -> MutexGuard<'_, BTreeMap<usize, Instant>> {
        self.began.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None`: there was nothing to write, which says nothing of the disk.
    pub(super) fn ends(&self, thread: usize, stored: Option<bool>) {
        self.under_way().remove(&thread);
        if let Some(stored) = stored {
            self.failed.store(!stored, Ordering::Release);
            self.failures.fetch_add(u64::from(!stored), Ordering::Relaxed);
        }
    }

    pub(super) fn finds_damage(&self) {
        self.damaged.store(true, Ordering::Release);
    }

    /// Every table could be written.
    pub(super) fn is_sound(&self) {
        self.damaged.store(false, Ordering::Release);
    }

    pub(super) fn now(&self, is_alive: bool) -> Durability {
        let is_stuck = self.under_way().values().any(|began| began.elapsed() > STUCK);
        Durability {
            is_alive,
            has_failed: is_stuck
                || self.failed.load(Ordering::Acquire)
                || self.damaged.load(Ordering::Acquire),
            failures: self.failures.load(Ordering::Relaxed),
        }
    }
}
