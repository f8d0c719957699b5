//! Moves what stands in SQLite's log into the file, in a thread of its own: the pages of a few seconds, and an
//! fsync of the file, for which no beacon has to wait. SQLite begins its log anew only when all of it has
//! been moved and nobody reads in it. Under load there is always a rest that came meanwhile; that the writer
//! moves itself, between two transactions.

use std::cell::Cell;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;

use crate::store::file::fold;

/// Frames of the log are pages of 4 KiB. The thread is woken for so many that have not been moved.
const WORTH_A_PASS: i64 = 6_000;
/// A log of so many is to begin anew, once so few are left to be moved.
const LONG: i64 = 8_000;
const REST: i64 = 1_000;
/// 64 MiB: from here on the writer moves whatever there is. Only a reader can make it longer.
const TOO_LONG: i64 = 16_000;

#[derive(Debug)]
pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Held by whoever moves: SQLite refuses a second.
    moving: Arc<Mutex<()>>,
    /// How long the log was when the writer last moved a rest. A reader may have kept it from beginning anew.
    tried: Cell<i64>,
}

impl Checkpoints {
    /// For the store that this connection writes.
    pub(super) fn beside(connection: &Connection) -> Self {
        let moving = Arc::new(Mutex::new(()));
        let (wake, woken) = sync_channel(1);
        let thread = match mover(connection) {
            Ok(own) => {
                let moving = moving.clone();
                let work = move || run(&own, &woken, &moving);
                std::thread::Builder::new().name("checkpoints".to_owned()).spawn(work).ok()
            }
            Err(error) => {
                tracing::debug!(%error, "the writer moves its log into the file itself");
                None
            }
        };
        Self { wake: Some(wake), thread, moving, tried: Cell::new(0) }
    }

    /// The writer has committed.
    pub(super) fn after_commit(&self, connection: &Connection) {
        let Some((log, moved)) = frames(connection, "PRAGMA wal_checkpoint(NOOP)") else { return };
        let left = log - moved;
        if log < self.tried.get() {
            self.tried.set(0);
        }
        if log > TOO_LONG || (self.thread.is_none() && left > LONG) {
            self.move_rest(connection, log);
        } else if left > WORTH_A_PASS {
            self.wake();
        } else if log > LONG && left <= REST && log > self.tried.get() + REST {
            self.move_rest(connection, log);
        }
    }

    /// The log will have to be folded soon: the less there is left, the better.
    pub(super) fn wake(&self) {
        // Woken already is as good.
        let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
    }

    /// Folds the log into the file, and empties it.
    pub(super) fn fold(&self, connection: &Connection) -> bool {
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        fold(connection)
    }

    fn move_rest(&self, connection: &Connection, log: i64) {
        let _moving = self.moving.lock().unwrap_or_else(PoisonError::into_inner);
        pass(connection);
        self.tried.set(log);
    }
}

impl Drop for Checkpoints {
    /// The writer's connection is to be the last: it leaves no log behind.
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            // It has said what broke it, and the writer can do without it.
            let _ = thread.join();
        }
    }
}

/// A connection that moves pages and reads none.
fn mover(connection: &Connection) -> rusqlite::Result<Connection> {
    let path = connection.path().filter(|path| !path.is_empty());
    let own = Connection::open(path.ok_or(rusqlite::Error::InvalidQuery)?)?;
    own.execute_batch("PRAGMA synchronous = FULL; PRAGMA cache_size = -64;")?;
    Ok(own)
}

fn run(connection: &Connection, woken: &Receiver<()>, moving: &Mutex<()>) {
    while let Ok(()) = woken.recv() {
        let _moving = moving.lock().unwrap_or_else(PoisonError::into_inner);
        pass(connection);
    }
}

fn pass(connection: &Connection) {
    frames(connection, "PRAGMA wal_checkpoint(PASSIVE)");
}

/// How long the log is, and how much of it has been moved.
fn frames(connection: &Connection, checkpoint: &str) -> Option<(i64, i64)> {
    let asked = connection
        .prepare_cached(checkpoint)
        .and_then(|mut asked| asked.query_row([], |row| Ok((row.get(1)?, row.get(2)?))));
    match asked {
        Ok(frames) => Some(frames),
        // A full disk, or a broken one: the writer's next commit says so.
        Err(error) => {
            tracing::debug!(%error, "the log could not be moved into the file now");
            None
        }
    }
}
