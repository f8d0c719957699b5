//! The dashboard's readings of the store: on connections that cannot write, off the threads that serve, and
//! a few at a time. Whoever looks at pages takes nothing from a beacon.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Semaphore, oneshot};

use crate::store::StoreError;
use crate::store::read::Reader;
use crate::store_place::StorePlace;

/// At one time. Each may keep a processor busy.
const AT_ONCE: usize = 2;
/// For a turn, and for the reading.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Debug, Clone)]
pub(super) struct Reading {
    place: Arc<StorePlace>,
    turns: Arc<Semaphore>,
}

/// The log has it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unread;

/// A person can wait a moment longer than a browser that is about to leave: where processors are scarce, whoever
/// answers a beacon goes first. On Linux a thread has a niceness of its own, which it keeps: so a reading has a thread
/// of its own. (Elsewhere it would be the whole process's.)
fn give_way() {
    // Where it is not allowed, all are equal.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, 10);
}

impl Reading {
    pub(super) fn of(place: StorePlace) -> Self {
        Self { place: Arc::new(place), turns: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Unread> {
        match tokio::time::timeout(PATIENCE, self.read_in_turn(read)).await {
            Ok(read) => read,
            Err(_) => {
                tracing::error!("the store was not read within 5 s for the dashboard");
                Err(Unread)
            }
        }
    }

    async fn read_in_turn<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Unread> {
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| Unread)?;
        let place = self.place.clone();
        let (tell, told) = oneshot::channel();
        let reading = move || {
            // Held until it ends, also where nobody waits for it any more.
            let _turn = turn;
            give_way();
            let _ = tell.send(Reader::open(&*place).and_then(|store| read(&store)));
        };
        let unread = |error: &dyn std::fmt::Display| {
            tracing::error!(%error, "the store could not be read for the dashboard");
            Unread
        };
        let thread = std::thread::Builder::new().name("page".to_owned());
        thread.spawn(reading).map_err(|error| unread(&error))?;
        told.await.map_err(|_| unread(&"a fault in Assent"))?.map_err(|error| unread(&error))
    }
}
