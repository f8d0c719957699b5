//! By what endpoints that share a database know that this one is there: it says so every few seconds. What it has
//! claimed is left to it until it has not been heard of for half a minute; then another takes it over.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::engine::Connection;
use super::error::{Result, StoreError};
use super::rows::endpoint::{self, Writers};
use super::rows::tx::Tx;
use super::writer::at_once;
use crate::store_place::Database;

/// Some are lost before anybody minds (rows/endpoint.rs).
const EVERY: Duration = Duration::from_secs(3);
/// Longer than that in vain, and the endpoint says so: it sends nothing.
const LOST: Duration = Duration::from_secs(endpoint::FRESH.unsigned_abs());

/// When the database last heard of this endpoint: whatever keeps it from it, somebody notices.
#[derive(Debug)]
pub(super) struct Pulse(Mutex<Instant>);

impl Pulse {
    fn felt(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    pub(super) fn is_lost(&self) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed() > LOST
    }
}

/// Kept until it is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    /// Dropped, it tells the thread to end.
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    pulse: Arc<Pulse>,
    leaves: Arc<AtomicBool>,
}

impl Lease {
    pub(super) fn pulse(&self) -> Arc<Pulse> {
        self.pulse.clone()
    }

    /// Not all that was under way has ended: this endpoint's row is to stay, so that others take that over.
    pub(super) fn leaves_something(&self) {
        self.leaves.store(true, Ordering::Release);
    }

    pub(super) fn begin(connection: Connection, place: &Database) -> Result<Self> {
        at_once(&connection, &[], endpoint::beat)?;
        let (stop, stopped) = sync_channel(0);
        let pulse = Arc::new(Pulse(Mutex::new(Instant::now())));
        let (felt, leaves) = (pulse.clone(), Arc::new(AtomicBool::new(false)));
        let left = leaves.clone();
        let keep = move || {
            let mut is_heard = true;
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                // What a panic says is in the log; the next beat may go well.
                let beat = AssertUnwindSafe(|| beat(&connection, is_heard));
                is_heard = catch_unwind(beat).unwrap_or(false);
                if is_heard {
                    felt.felt();
                }
            }
            // What cannot be said now shows by itself in half a minute.
            let writers =
                if left.load(Ordering::Acquire) { Writers::AtWork } else { Writers::Ended };
            let resign = |tx: Tx<'_>| endpoint::resign(tx, writers);
            let _ = at_once(&connection, &[], resign);
        };
        let thread = std::thread::Builder::new().name("lease".to_owned()).spawn(keep);
        let thread = thread.map_err(|error| StoreError::Unreached {
            store: place.url.clone(),
            why: error.to_string(),
            hint: String::new(),
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread), pulse, leaves })
    }
}

/// Whether it was heard; a line when that changes.
fn beat(connection: &Connection, was_heard: bool) -> bool {
    match at_once(connection, &[], endpoint::beat) {
        Ok(()) => {
            if !was_heard {
                tracing::info!("the database hears of this endpoint again");
            }
            true
        }
        Err(error) => {
            if was_heard {
                tracing::error!(%error, "the database does not hear of this endpoint: nothing is sent until it does");
            }
            false
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // It has said what broke it.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pulse_is_lost_once_nothing_may_be_sent_any_more() {
        let ago = |time| Instant::now().checked_sub(time).expect("the machine ran for a minute");
        let pulse = Pulse(Mutex::new(ago(LOST - Duration::from_secs(2))));
        assert!(!pulse.is_lost());
        *pulse.0.lock().expect("nobody panics") = ago(LOST + Duration::from_millis(1));
        assert!(pulse.is_lost());
        pulse.felt();
        assert!(!pulse.is_lost());
    }
}
