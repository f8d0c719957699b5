//! By what endpoints that share a database know that this one is there: it says so every few seconds. What it has
//! claimed is left to it until it has not been heard of for half a minute; then another takes it over.

use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::engine::Connection;
use super::error::{Result, StoreError};
use super::rows::endpoint;
use super::writer::at_once;
use crate::store_place::Database;

/// Some are lost before anybody minds (rows/endpoint.rs).
const EVERY: Duration = Duration::from_secs(3);

/// Kept until it is dropped.
#[derive(Debug)]
pub(super) struct Lease {
    /// Dropped, it tells the thread to end.
    stop: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Lease {
    pub(super) fn begin(connection: Connection, place: &Database) -> Result<Self> {
        at_once(&connection, &[], endpoint::beat)?;
        let (stop, stopped) = sync_channel(0);
        let keep = move || {
            let mut is_heard = true;
            while stopped.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout) {
                is_heard = beat(&connection, is_heard);
            }
            // What cannot be said now shows by itself in half a minute.
            let _ = at_once(&connection, &[], endpoint::resign);
        };
        let thread = std::thread::Builder::new().name("lease".to_owned()).spawn(keep);
        let thread = thread.map_err(|error| StoreError::Unreached {
            store: place.url.clone(),
            why: error.to_string(),
            hint: String::new(),
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
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
