//! What stands in the store now, read at most as often as it may cost, and never waited for long: a
//! load balancer that asks must get its answer.

use std::collections::BTreeMap;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use assent_gate::time::Timestamp;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::store::StoreError;
use crate::store::read::{DemandOnRecord, Queues, Reader};
use crate::store_place::StorePlace;
use crate::wrongs;

/// Between two readings, whoever asks.
const BETWEEN: Duration = Duration::from_secs(5);
/// A backlog of millions takes longer to read: reading it is at most a twentieth of the time.
const SHARE: u32 = 20;
/// Who asks waits this long for a reading; then the last one has to do.
const PATIENCE: Duration = Duration::from_secs(1);

/// What the store says of its shops.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    pub queues: Queues,
    /// Why shops of `assent.toml` stand still, by shop.
    pub paused: BTreeMap<String, String>,
    /// Those that are not done, by their deadline.
    pub demands: Vec<DemandOnRecord>,
    /// Shops of `assent.toml` whose webhooks are refused now, and what to do.
    pub refused: BTreeMap<String, String>,
    /// What is wrong with the machine's clock.
    pub clock: Option<String>,
}

/// `Err`: why it cannot be read.
pub type Look = Result<Seen, String>;

#[derive(Debug)]
pub(super) struct Snapshot {
    place: StorePlace,
    shops: Arc<[String]>,
    /// When it may be read again. `None`: it is being read.
    next: Arc<Mutex<Option<Instant>>>,
    last: watch::Sender<Arc<Look>>,
}

impl Snapshot {
    pub(super) fn new(place: StorePlace, shops: Arc<[String]>) -> Self {
        let unread = Arc::new(Err("it has not been read yet".to_owned()));
        let next = Arc::new(Mutex::new(Some(Instant::now())));
        Self { place, shops, next, last: watch::Sender::new(unread) }
    }

    pub(super) async fn look(&self, now: Timestamp) -> Arc<Look> {
        let mut last = self.last.subscribe();
        if self.may_read() {
            self.read(now);
        }
        let is_under_way = self.next.lock().unwrap_or_else(PoisonError::into_inner).is_none();
        if is_under_way {
            // Too late, or nobody reads any more: the last one has to do.
            let _ = tokio::time::timeout(PATIENCE, last.changed()).await;
        }
        self.last.borrow().clone()
    }

    /// If so, nobody else may until it is done.
    fn may_read(&self) -> bool {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let may = next.is_some_and(|next| next <= Instant::now());
        if may {
            *next = None;
        }
        may
    }

    fn read(&self, now: Timestamp) {
        let (place, shops) = (self.place.clone(), self.shops.clone());
        let (last, next) = (self.last.clone(), self.next.clone());
        tokio::task::spawn_blocking(move || {
            let began = Instant::now();
            // A bug in it must not leave it under way for ever.
            let look =
                catch_unwind(|| read(&place, &shops, now)).unwrap_or(Err(StoreError::Panicked));
            let look = Arc::new(look.map_err(|error| error.to_string()));
            // Once, not at every reading.
            if let Err(error) = &*look
                && last.borrow().as_ref().as_ref().err() != Some(error)
            {
                tracing::error!(error, "the store cannot be read for /readyz, /metrics and alerts");
            }
            let rest = BETWEEN.max(began.elapsed() * SHARE);
            // Both at once, so that nobody waits for what has come.
            let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
            last.send_replace(look);
            *next = Some(Instant::now() + rest);
        });
    }
}

fn read(place: &StorePlace, shops: &[String], now: Timestamp) -> Result<Seen, StoreError> {
    let store = Reader::open(place)?;
    let paused = store.pauses()?.into_iter().filter(|paused| shops.contains(&paused.shop));
    let paused = paused.map(|paused| (paused.shop, paused.why)).collect();
    let mut refused = wrongs::refused_webhooks(&store, now)?;
    refused.retain(|shop, _| shops.contains(shop));
    let clock = wrongs::of_clock(&store, now)?;
    Ok(Seen { queues: store.queues()?, paused, demands: store.open_demands()?, refused, clock })
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// A file that is not there to be read until somebody writes to it: a disk that hangs.
    #[tokio::test]
    async fn a_reading_that_takes_long_is_not_waited_for() {
        let dir = tempfile::TempDir::new().expect("a directory");
        let path = dir.path().join("assent.db");
        let made = Command::new("mkfifo").arg(&path).status().expect("mkfifo is there");
        assert!(made.success());
        let snapshot = Snapshot::new(path.clone().into(), Arc::new([]));
        for _ in 0..2 {
            let began = std::time::Instant::now();
            let look = snapshot.look(Timestamp(0)).await;
            assert!(look.as_ref().as_ref().is_err_and(|error| error.contains("not been read yet")));
            assert!(began.elapsed() < 3 * PATIENCE, "{:?}", began.elapsed());
        }
        assert!(snapshot.next.lock().expect("nobody panics").is_none(), "one reading for both");
        // Lets it go on, and end.
        drop(std::fs::File::options().write(true).open(&path).expect("somebody reads"));
    }
}
