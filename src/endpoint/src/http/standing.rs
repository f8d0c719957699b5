//! Whose turn it is on a connection: the other side's (a head, a body, reading an answer), or ours.
//! Who waits for a stranger holds a place only as long as nobody else needs it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// A connection's; put into each request as it comes in.
#[derive(Debug, Clone)]
pub(super) struct Standing(Arc<State>);

#[derive(Debug)]
struct State {
    /// When the listener began.
    begun: Instant,
    /// Since when it is the other side's turn, in microseconds after `begun` and one more; 0: ours.
    waiting_since: AtomicU64,
    /// How often the turn has changed between heads (even) and answers (odd).
    turns: AtomicU32,
    lost: Notify,
}

const OURS: u64 = 0;
/// Told to go.
const LOST: u64 = u64::MAX;

impl Standing {
    pub(super) fn new(begun: Instant) -> Self {
        let since = AtomicU64::new(micros(begun));
        let (turns, lost) = (AtomicU32::new(0), Notify::new());
        Self(Arc::new(State { begun, waiting_since: since, turns, lost }))
    }

    /// Since when it is the other side's turn. `None`: it is ours, or it has been told to go.
    pub(super) fn waiting_since(&self) -> Option<u64> {
        let since = self.0.waiting_since.load(Ordering::Relaxed);
        (since != OURS && since != LOST).then_some(since)
    }

    /// Tells it to go, if it still waits as it did.
    pub(super) fn tell_to_go(&self, since: u64) -> bool {
        let told = self.0.waiting_since.compare_exchange(
            since,
            LOST,
            Ordering::Relaxed,
            Ordering::Relaxed,
        );
        if told.is_ok() {
            self.0.lost.notify_one();
        }
        told.is_ok()
    }

    /// Waits until it has to go.
    pub(super) async fn lost(&self) {
        self.0.lost.notified().await;
    }

    /// `Some`: a head is awaited, and no other has this number.
    pub(super) fn head(&self) -> Option<u32> {
        let turn = self.0.turns.load(Ordering::Relaxed);
        turn.is_multiple_of(2).then_some(turn)
    }

    /// Our turn, from a whole head until what is returned is dropped: then there is an answer to read.
    pub(super) fn work(&self) -> Turn<'_> {
        self.0.turns.fetch_add(1, Ordering::Relaxed);
        self.set(OURS);
        Turn { standing: self, then: Whose::Theirs }
    }

    /// Within our turn, theirs for a while.
    pub(super) fn wait(&self) -> Turn<'_> {
        self.set(micros(self.0.begun));
        Turn { standing: self, then: Whose::Ours }
    }

    fn set(&self, to: u64) {
        // Whoever was told to go stays so.
        let _ = self.0.waiting_since.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |since| {
            (since != LOST).then_some(to)
        });
    }
}

#[derive(Debug, Clone, Copy)]
enum Whose {
    Ours,
    Theirs,
}

#[derive(Debug)]
pub(super) struct Turn<'a> {
    standing: &'a Standing,
    then: Whose,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        match self.then {
            Whose::Ours => self.standing.set(OURS),
            Whose::Theirs => {
                self.standing.0.turns.fetch_add(1, Ordering::Relaxed);
                self.standing.set(micros(self.standing.0.begun));
            }
        }
    }
}

fn micros(begun: Instant) -> u64 {
    let passed: Duration = begun.elapsed();
    u64::try_from(passed.as_micros()).unwrap_or(LOST - 2) + 1
}
