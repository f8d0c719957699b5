//! A thread that writes: it takes what waits, does it in one transaction, and answers only after the commit.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::checkpoints::Checkpoints;
use super::job::{Acknowledge, Open, Work};
use super::lanes::{Lane, Lanes, Turn};
use super::seldom::Seldom;
use crate::store::counts::Count;
use crate::store::durability::WriterHealth;
use crate::store::engine::{Connection, Engine, Whose};
use crate::store::error::Result;
use crate::store::file;
use crate::store::ledger::{Ear, Ledger};
use crate::store::rows::counted;
use crate::store::rows::tx::Tx;

/// How long erased data may linger in the write-ahead log before it is folded into the
/// (overwritten) file.
const FOLD: Duration = Duration::from_secs(60);
/// So long before, what can be moved beside the writer is.
const PREPARES: Duration = Duration::from_secs(2);

/// What a writer's thread works with.
pub(super) struct Desk {
    /// Of a file with a log beside it. Ends before the connection does.
    checkpoints: Option<Checkpoints>,
    connection: Connection,
    number: usize,
    health: Arc<WriterHealth>,
    ear: Arc<Ear>,
    /// Transactions that failed: a full disk fails each.
    failures: Seldom,
}

/// Whose turn it is in the transaction under way, and whose it is not.
#[derive(Default)]
struct Turns {
    had: Vec<Whose>,
    refused: Vec<Whose>,
    /// There is no transaction: the first one's turn was another endpoint's for too long.
    is_anothers: bool,
}

impl Desk {
    pub(super) fn new(
        number: usize,
        connection: Connection,
        health: Arc<WriterHealth>,
        ear: Arc<Ear>,
    ) -> Self {
        let checkpoints = connection.sqlite().map(Checkpoints::beside);
        Self { checkpoints, connection, number, health, ear, failures: Seldom::default() }
    }

    /// Until nobody is left who could ask for anything.
    pub(super) fn run(self, mut lanes: Lanes<Work>) -> Connection {
        let mut folded = Instant::now();
        while let Some(first) = lanes.wait() {
            let folds = self.group(first, &mut lanes);
            let since = folded.elapsed();
            if !folds.is_empty() || since > FOLD {
                folded = Instant::now();
                let done = self.fold();
                for tell in folds {
                    // Nobody listening any more changes nothing.
                    let _ = tell.send(done);
                }
                continue;
            }
            let Some((checkpoints, file)) = self.log() else { continue };
            if since > FOLD - PREPARES {
                checkpoints.wake();
            }
            checkpoints.after_commit(file);
        }
        self.connection
    }

    /// Whether nothing erased is left in the log. Of a database nobody can say it.
    fn fold(&self) -> bool {
        self.log().is_some_and(|(checkpoints, file)| checkpoints.fold(file))
    }

    /// `None`: it is not a file with a log beside it.
    fn log(&self) -> Option<(&Checkpoints, &file::Opened)> {
        self.checkpoints.as_ref().zip(self.connection.sqlite())
    }

    /// One transaction, with what waits; returns who asked that the log be folded.
    fn group(&self, first: (Lane, Work), lanes: &mut Lanes<Work>) -> Vec<oneshot::Sender<bool>> {
        let (connection, ledger, is_hurt) = (&self.connection, Ledger::default(), Cell::new(false));
        self.health.begins(self.number);
        let written = connection.changes();
        let mut turns = self.begin(first.1.whose(), lanes);
        let (ledger, is_hurt) = (&ledger, &is_hurt);
        let open = Open { connection, ledger, is_hurt, health: &self.health };
        let still_open = || connection.is_open().then_some(&open);
        let (mut answers, mut folds, mut aside) = (Vec::new(), Vec::new(), Vec::new());
        let (mut turn, mut next) = (Turn::default(), Some(first));
        while let Some((lane, work)) = next {
            let began = Instant::now();
            match work {
                Work::Fold(tell) => folds.push(tell),
                Work::Job(whose, job) if self.is_turn_of(&whose, &mut turns) => {
                    answers.push(job(still_open()));
                }
                later @ Work::Job(..) => aside.push((lane, later)),
            }
            turn.did(lane, began.elapsed());
            next = lanes.next(&turn);
        }
        lanes.put_aside(aside);
        let committed = still_open().is_some_and(|open| self.commit(open.ledger));
        let wrote = connection.changes() != written;
        let has_stored = committed && !is_hurt.get();
        let says_something = !committed || is_hurt.get() || wrote;
        self.health.ends(self.number, says_something.then_some(has_stored));
        if committed {
            self.ear.tell(ledger.take());
        }
        answer(answers, committed);
        folds
    }

    /// With the turns of all that wait already, as far as they are free: asked for at once.
    fn begin(&self, whose: Whose, lanes: &mut Lanes<Work>) -> Turns {
        let begun = self.connection.begin(std::slice::from_ref(&whose));
        if let Err(error) = &begun
            && let Some(n) = self.failures.due(Instant::now())
        {
            tracing::error!(n, %error, "the store cannot be written");
        }
        let is_begun = begun.is_ok();
        let is_anothers = begun.is_err_and(|error| error.is_of_turn());
        let mut turns = Turns { had: vec![whose], refused: Vec::new(), is_anothers };
        if is_begun && self.connection.engine() == Engine::Postgres {
            let mut others: Vec<Whose> = Vec::new();
            for whose in lanes.look().map(Work::whose) {
                if !turns.had.contains(&whose) && !others.contains(&whose) {
                    others.push(whose);
                }
            }
            self.join(others, &mut turns);
        }
        turns
    }

    /// Where it could not be asked, the transaction is over, and the jobs hear of it.
    fn join(&self, others: Vec<Whose>, turns: &mut Turns) {
        if others.is_empty() {
            return;
        }
        let are = self.connection.join(&others).unwrap_or_else(|_| vec![true; others.len()]);
        for (whose, is) in others.into_iter().zip(are) {
            if is { &mut turns.had } else { &mut turns.refused }.push(whose);
        }
    }

    /// Whether its job may be done in this transaction. Once not, the later ones of the same shop wait as well:
    /// a shop's deeds are done in the sequence in which they came.
    fn is_turn_of(&self, whose: &Whose, turns: &mut Turns) -> bool {
        if turns.had.contains(whose) {
            return true;
        }
        if !self.connection.is_open() {
            // Where another endpoint has that one shop's turn, the others' jobs are for the next transaction.
            return !turns.is_anothers;
        }
        if turns.refused.contains(whose) {
            return false;
        }
        self.join(vec![whose.clone()], turns);
        turns.had.contains(whose)
    }

    /// A part of its own: a counter that cannot be written must not undo what it counts.
    fn count(&self, counts: &[Count]) -> Result<()> {
        if counts.is_empty() || !self.connection.is_open() {
            return Ok(());
        }
        self.connection.begin_part()?;
        let counted = counted::write(Tx::new(&self.connection), counts);
        let Err(error) = counted.and_then(|()| Ok(self.connection.end_part()?)) else {
            return Ok(());
        };
        if error.is_damage() {
            self.health.finds_damage();
        }
        if let Some(n) = self.failures.due(Instant::now()) {
            tracing::error!(n, %error, "what is counted of events could not be written");
        }
        Ok(self.connection.undo_part()?)
    }

    fn commit(&self, ledger: &Ledger) -> bool {
        let counted = self.count(&ledger.take_counts());
        match counted.and_then(|()| Ok(self.connection.commit()?)) {
            Ok(()) => true,
            Err(error) => {
                if let Some(n) = self.failures.due(Instant::now()) {
                    tracing::error!(
                        n,
                        %error,
                        "the store could not commit; is the disk full? Nothing was acknowledged"
                    );
                }
                // Where the commit itself has ended the transaction there is nothing to roll back.
                let _ = self.connection.roll_back();
                false
            }
        }
    }
}

fn answer(answers: Vec<Acknowledge>, committed: bool) {
    answers.into_iter().for_each(|answer| answer(committed));
}
