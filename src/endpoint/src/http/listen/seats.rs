//! How many connections are open. Where all seats are taken, a newcomer gets that of whoever has
//! kept us waiting longest: ten thousand idle connections, or heads that come byte by byte, then
//! keep nobody out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::http::standing::Standing;

/// For one who was told to go. Then the next one is told.
const MOMENT: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(super) struct Seats {
    most: usize,
    begun: Instant,
    open: Mutex<Open>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct Open {
    of: HashMap<u64, Standing>,
    next: u64,
}

#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    number: u64,
    pub(super) standing: Standing,
}

impl Seats {
    pub(super) fn new(most: usize) -> Self {
        Self { most, begun: Instant::now(), open: Mutex::default(), freed: Notify::new() }
    }

    /// Waits while everybody is being answered.
    pub(super) async fn enter(self: &Arc<Self>) -> Seat {
        loop {
            let mut freed = std::pin::pin!(self.freed.notified());
            freed.as_mut().enable();
            if let Some(seat) = self.try_enter() {
                return seat;
            }
            self.make_room();
            // Nobody may have been there to be told; then somebody will be soon.
            let _ = tokio::time::timeout(MOMENT, freed).await;
        }
    }

    fn try_enter(self: &Arc<Self>) -> Option<Seat> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.of.len() >= self.most {
            return None;
        }
        let (number, standing) = (open.next, Standing::new(self.begun));
        open.next += 1;
        open.of.insert(number, standing.clone());
        Some(Seat { seats: self.clone(), number, standing })
    }

    /// Tells the one who has kept us waiting longest to go.
    pub(super) fn make_room(&self) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = open.of.values().filter_map(|one| Some((one.waiting_since()?, one)));
        if let Some((since, longest)) = waiting.min_by_key(|(since, _)| *since) {
            // Where it came to life just now, the next attempt finds another.
            longest.tell_to_go(since);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut open = self.seats.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.of.remove(&self.number);
        drop(open);
        self.seats.freed.notify_waiters();
    }
}
