//! Memory for bodies that are still coming in, and whose senders have proved nothing yet. It is paid
//! for as bytes come, never by what is announced. Where it is short nobody is refused at the door:
//! whoever takes the most of it loses its oldest unfinished body. So a stranger pays for a flood with
//! his own, and an honest sender, who is done in a moment, hardly ever.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use assent_gate::time::Timestamp;
use tokio::sync::Notify;

use crate::http::line::Line;

#[derive(Debug)]
pub(in crate::http) struct Room<K> {
    /// What it is for, in the log.
    of: &'static str,
    most: usize,
    held: Mutex<Ledger<K>>,
    freed: Notify,
    line: Mutex<Line>,
}

#[derive(Debug)]
struct Ledger<K> {
    bytes: usize,
    /// In the order in which they came.
    bodies: BTreeMap<u64, Held<K>>,
    next: u64,
}

#[derive(Debug)]
struct Held<K> {
    whose: K,
    bytes: usize,
    state: HeldState,
    lost: Arc<Notify>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeldState {
    Coming,
    /// Its sender is known; it stays until it is dropped.
    Kept,
    /// Told to go, and not gone yet.
    Lost,
}

/// A body's account. What it holds is free again when it is dropped.
#[derive(Debug)]
pub(in crate::http) struct Place<'a, K: Hash + Eq + Clone> {
    room: &'a Room<K>,
    number: u64,
    lost: Arc<Notify>,
}

/// This body had to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) struct NoRoom;

enum Paid {
    Yes,
    /// Somebody else is on the way out.
    NotYet,
    No,
}

impl<K: Hash + Eq + Clone> Room<K> {
    pub(super) fn new(of: &'static str, most: usize) -> Self {
        let ledger = Ledger { bytes: 0, bodies: BTreeMap::new(), next: 0 };
        Self { of, most, held: Mutex::new(ledger), freed: Notify::new(), line: Mutex::default() }
    }

    pub(in crate::http) fn enter(&self, whose: K) -> Place<'_, K> {
        let lost = Arc::new(Notify::new());
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let number = held.next;
        held.next += 1;
        let body = Held { whose, bytes: 0, state: HeldState::Coming, lost: lost.clone() };
        held.bodies.insert(number, body);
        Place { room: self, number, lost }
    }

    /// Says in the log that room is short; not for each body.
    pub(in crate::http) fn tell(&self, now: Timestamp) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = line.due(now) {
            tracing::warn!(
                n,
                "room for {} that are still coming in is short ({} MiB): the oldest unfinished ones \
                 were given up. Somebody sends many large ones, slowly; a proxy before this endpoint \
                 that takes a request in whole before it passes it on keeps them away",
                self.of,
                self.most / (1024 * 1024)
            );
        }
    }

    fn pay(&self, number: u64, bytes: usize) -> Paid {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.bodies[&number].state == HeldState::Lost {
            return Paid::No;
        }
        if held.bytes + bytes <= self.most {
            held.bytes += bytes;
            held.of(number).bytes += bytes;
            return Paid::Yes;
        }
        held.make_room(self.most, number, bytes)
    }
}

impl<K: Hash + Eq + Clone> Ledger<K> {
    fn of(&mut self, number: u64) -> &mut Held<K> {
        self.bodies.get_mut(&number).expect("it is there until its place is dropped")
    }

    fn bytes_that(&self, are: HeldState) -> usize {
        self.bodies.values().filter(|body| body.state == are).map(|body| body.bytes).sum()
    }

    /// Tells bodies to go until there will be room for this one, or this one itself.
    fn make_room(&mut self, most: usize, number: u64, bytes: usize) -> Paid {
        let mut leaving = self.bytes_that(HeldState::Lost);
        while self.bytes - leaving + bytes > most {
            let Some(victim) = self.victim().filter(|victim| *victim != number) else {
                // What is kept ends by itself, and soon.
                if self.bytes_that(HeldState::Kept) > 0 {
                    return Paid::NotYet;
                }
                self.of(number).state = HeldState::Lost;
                return Paid::No;
            };
            let body = self.of(victim);
            body.state = HeldState::Lost;
            body.lost.notify_one();
            leaving += body.bytes;
        }
        Paid::NotYet
    }

    /// The oldest of whoever holds the most.
    fn victim(&self) -> Option<u64> {
        let coming = || self.bodies.iter().filter(|(_, body)| body.state == HeldState::Coming);
        let mut of = HashMap::new();
        for (_, body) in coming() {
            *of.entry(&body.whose).or_insert(0) += body.bytes;
        }
        let (most, _) = of.into_iter().max_by_key(|(_, bytes)| *bytes)?;
        coming().find(|(_, body)| body.whose == *most && body.bytes > 0).map(|(number, _)| *number)
    }
}

impl<K: Hash + Eq + Clone> Place<'_, K> {
    /// Pays for so many bytes more, and waits until others have gone where there is no room. The
    /// caller bounds the wait.
    pub(in crate::http) async fn pay(&mut self, bytes: usize) -> Result<(), NoRoom> {
        loop {
            let mut freed = std::pin::pin!(self.room.freed.notified());
            // From here on it hears of what is freed.
            freed.as_mut().enable();
            match self.room.pay(self.number, bytes) {
                Paid::Yes => return Ok(()),
                Paid::No => return Err(NoRoom),
                Paid::NotYet => {}
            }
            tokio::select! {
                () = freed => {}
                () = self.lost.notified() => return Err(NoRoom),
            }
        }
    }

    /// Waits until this body has to go.
    pub(in crate::http) async fn lost(&self) {
        self.lost.notified().await;
    }

    /// Its sender is known now: it will not be given up any more.
    pub(in crate::http) fn keep(&mut self) {
        let mut held = self.room.held.lock().unwrap_or_else(PoisonError::into_inner);
        let body = held.of(self.number);
        // Whole just in time: what it holds stays counted.
        body.state = HeldState::Kept;
    }
}

impl<K: Hash + Eq + Clone> Drop for Place<'_, K> {
    fn drop(&mut self) {
        let mut held = self.room.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(body) = held.bodies.remove(&self.number) {
            held.bytes -= body.bytes;
        }
        drop(held);
        self.room.freed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn now<T>(ask: impl Future<Output = T>) -> Poll<T> {
        pin!(ask).poll(&mut Context::from_waker(Waker::noop()))
    }

    const PAID: Poll<Result<(), NoRoom>> = Poll::Ready(Ok(()));
    const REFUSED: Poll<Result<(), NoRoom>> = Poll::Ready(Err(NoRoom));

    #[test]
    fn the_oldest_body_of_whoever_holds_the_most_goes() {
        let room = Room::new("tests", 100);
        let (mut first, mut second) = (room.enter("flood"), room.enter("flood"));
        let mut quiet = room.enter("quiet");
        assert_eq!(now(quiet.pay(20)), PAID);
        assert_eq!((now(first.pay(40)), now(second.pay(40))), (PAID, PAID));
        let mut newcomer = room.enter("newcomer");
        assert_eq!(now(newcomer.pay(10)), Poll::Pending);
        assert_eq!(now(first.lost()), Poll::Ready(()));
        assert_eq!(now(second.lost()), Poll::Pending);
        // It is told once, and what it holds counts until it has gone.
        assert_eq!(now(newcomer.pay(10)), Poll::Pending);
        assert_eq!(now(second.lost()), Poll::Pending);
        assert_eq!(now(first.pay(1)), REFUSED);
        drop(first);
        assert_eq!((now(newcomer.pay(10)), now(quiet.pay(20))), (PAID, PAID));
    }

    #[test]
    fn a_flood_loses_its_own_and_what_is_kept_stays() {
        let room = Room::new("tests", 100);
        let mut signed = room.enter("shop");
        assert_eq!(now(signed.pay(60)), PAID);
        signed.keep();
        let (mut first, mut second) = (room.enter("flood"), room.enter("flood"));
        assert_eq!(now(first.pay(40)), PAID);
        assert_eq!(now(second.pay(40)), Poll::Pending);
        assert_eq!((now(first.lost()), now(signed.lost())), (Poll::Ready(()), Poll::Pending));
        drop(first);
        assert_eq!(now(second.pay(40)), PAID);
        // Its own is the oldest of the biggest; but the kept one ends soon.
        assert_eq!(now(second.pay(40)), Poll::Pending);
        drop(signed);
        assert_eq!((now(second.pay(40)), now(second.pay(40))), (PAID, REFUSED));
    }
}
