//! What the transactions did, for who counts it. A deed notes it; it is told once it is committed, and
//! never where it was taken back.

use std::cell::RefCell;
use std::fmt;
use std::sync::OnceLock;

use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;

use super::counts::Count;
use crate::rules::debt::End;
use crate::rules::mode::Mode;

/// Something that was done to an event. Nobody is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happened {
    pub shop: ShopDomain,
    pub mode: Mode,
    pub what: Happening,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// The browser told of it.
    Accepted(EventName),
    /// There was an event of this id already.
    Duplicate(EventName),
    /// Made from its order, and from what the browser had left.
    Recovered(EventName),
    /// `waited`: seconds since it was accepted.
    Ended { end: End, waited: i64 },
}

/// What the transaction under way has done so far.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    happened: RefCell<Vec<Happened>>,
    counts: RefCell<Vec<Count>>,
}

/// How much stood in a ledger.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark(usize, usize);

impl Ledger {
    pub(super) fn note(&self, happened: Happened) {
        self.happened.borrow_mut().push(happened);
    }

    pub(super) fn count(&self, count: Count) {
        self.counts.borrow_mut().push(count);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.happened.borrow().len(), self.counts.borrow().len())
    }

    /// What was noted since then was taken back.
    pub(super) fn cut(&self, Mark(happened, counts): Mark) {
        self.happened.borrow_mut().truncate(happened);
        self.counts.borrow_mut().truncate(counts);
    }

    pub(super) fn take(&self) -> Vec<Happened> {
        self.happened.take()
    }

    pub(super) fn take_counts(&self) -> Vec<Count> {
        self.counts.take()
    }
}

/// Hears what has been committed. It must be quick: the writer waits for it.
pub type Listener = Box<dyn Fn(Vec<Happened>) + Send + Sync>;

/// Who hears it, if anybody does.
#[derive(Default)]
pub(super) struct Ear(OnceLock<Listener>);

impl Ear {
    /// The first who listens is the only one.
    pub(super) fn set(&self, listener: Listener) {
        let _ = self.0.set(listener);
    }

    pub(super) fn tell(&self, happened: Vec<Happened>) {
        if let Some(listener) = self.0.get().filter(|_| !happened.is_empty()) {
            listener(happened);
        }
    }
}

impl fmt::Debug for Ear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ear")
    }
}
