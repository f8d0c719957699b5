//! The one writer: a thread that takes what waits, does it in one transaction, and answers only
//! after the commit. So many requests share one fsync, and "stored" always means on disk.

mod checkpoints;
mod lanes;

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, oneshot, watch};

use self::checkpoints::Checkpoints;
use self::lanes::{Lane, Lanes, Turn};
use super::durability::{Durability, WriterHealth};
use super::engine::{self, Connection, params};
use super::error::{Result, StoreError};
use super::file;
use super::ledger::{Ear, Ledger};
use super::rows::tx::Tx;

/// Work that may wait for the writer at one time, in each lane; beyond it the endpoint is busy.
const QUEUE: usize = 1024;

/// Between two lines of the log about what fails.
const MINUTE: Duration = Duration::from_secs(60);

/// How long erased data may linger in the write-ahead log before it is folded into the
/// (overwritten) file.
const FOLD: Duration = Duration::from_secs(60);
/// So long before, what can be moved beside the writer is.
const PREPARES: Duration = Duration::from_secs(2);

/// What is done inside the transaction (`None`: there is none, so nothing may be done); it returns
/// what is done after.
type Job = Box<dyn FnOnce(Option<&Open<'_>>) -> Acknowledge + Send>;
/// Told `true` after the commit, `false` if there was none.
type Acknowledge = Box<dyn FnOnce(bool) + Send>;

/// A transaction under way.
struct Open<'a> {
    connection: &'a Connection,
    ledger: &'a Ledger,
    /// A job of it failed for the sake of the file or the disk.
    is_hurt: &'a Cell<bool>,
    health: &'a WriterHealth,
}

enum Work {
    Job(Job),
    Fold(oneshot::Sender<bool>),
}

#[derive(Debug, Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Work>,
    /// For what nobody waits for.
    chores: mpsc::Sender<Work>,
    death: watch::Receiver<Life>,
    health: Arc<WriterHealth>,
    pub(super) ear: Arc<Ear>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Running,
    Ended,
    /// A panic ended it.
    Broken,
}

/// Says how the thread ended, also where a panic unwinds it.
struct Witness(watch::Sender<Life>);

impl Witness {
    fn saw(&mut self, life: Life) {
        self.0.send_replace(life);
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.saw(Life::Broken);
        }
    }
}

impl Writer {
    /// The thread ends when the last `Writer` is dropped, after all that was queued has been
    /// committed; then it says so.
    pub(super) fn start(connection: Connection) -> std::io::Result<(Self, Receiver<()>)> {
        let (jobs, somebody) = mpsc::channel(QUEUE);
        let (chores, nobody) = mpsc::channel(QUEUE);
        let (tell, closed) = sync_channel(1);
        let (life, death) = watch::channel(Life::Running);
        let (health, ear) = (Arc::new(WriterHealth::default()), Arc::new(Ear::default()));
        let desk = Desk {
            checkpoints: connection.sqlite().map(Checkpoints::beside),
            connection,
            health: health.clone(),
            ear: ear.clone(),
            failures: Seldom::default(),
        };
        std::thread::Builder::new().name("store".to_owned()).spawn(move || {
            let mut witness = Witness(life);
            let connection = desk.run(Lanes { somebody, nobody });
            connection.sqlite().into_iter().for_each(file::rest);
            drop(connection);
            witness.saw(Life::Ended);
            // Nobody waiting for it is no harm.
            let _ = tell.send(());
        })?;
        Ok((Self { jobs, chores, death, health, ear }, closed))
    }

    /// Whether the thread works: `false` after a panic in it.
    pub(super) fn is_alive(&self) -> bool {
        *self.death.borrow() != Life::Broken
    }

    /// Comes back when the thread has broken down, and only then.
    pub(super) async fn broken(&self) {
        let mut death = self.death.clone();
        if death.wait_for(|life| *life == Life::Broken).await.is_err() {
            // It ended in good order.
            std::future::pending::<()>().await;
        }
    }

    /// Does the deed and returns its result once it is durable. Waits for a place in the queue.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        wait_in(&self.jobs, deed).await
    }

    /// As [`Self::write`], for what the endpoint does by itself: what somebody waits for goes first.
    pub(super) async fn do_chore<T: Send + 'static>(
        &self,
        deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        wait_in(&self.chores, deed).await
    }

    /// As [`Self::write`], but a full queue is [`StoreError::Busy`] at once.
    pub(super) async fn try_write<T: Send + 'static>(
        &self,
        deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (job, result) = job(deed);
        self.jobs.try_send(Work::Job(job)).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopped,
        })?;
        result.await.map_err(|_| StoreError::Stopped)?
    }

    /// Folds the log into the file at once, so that nothing erased is left in it. `false`: a reader
    /// is in the way, and the writer tries again within [`FOLD`].
    pub(super) async fn fold(&self) -> Result<bool> {
        let (tell, folded) = oneshot::channel();
        self.jobs.send(Work::Fold(tell)).await.map_err(|_| StoreError::Stopped)?;
        folded.await.map_err(|_| StoreError::Stopped)
    }

    pub(super) fn durability(&self) -> Durability {
        self.health.now(self.is_alive())
    }

    /// Every table could be written.
    pub(super) fn is_sound(&self) {
        self.health.is_sound();
    }

    /// Ends the thread by a panic outside of any deed.
    #[cfg(test)]
    pub(super) fn break_off(&self) {
        let job = |_: Option<&Open<'_>>| -> Acknowledge { Box::new(|_| panic!("made to")) };
        let told = self.jobs.try_send(Work::Job(Box::new(job)));
        assert!(told.is_ok(), "the writer is there and has room");
    }

    pub(super) fn depth(&self) -> usize {
        2 * QUEUE - self.jobs.capacity() - self.chores.capacity()
    }
}

/// One deed, before there is a writer.
pub(super) fn at_once<T>(connection: &Connection, deed: impl Fn(Tx<'_>) -> Result<T>) -> Result<T> {
    connection.begin(&engine::Lane::Nobody)?;
    let done = deed(Tx::new(connection)).and_then(|done| {
        connection.commit()?;
        Ok(done)
    });
    if done.is_err() && connection.is_open() {
        connection.roll_back()?;
    }
    done
}

/// Waits for a place in this lane, and then for what comes of the deed.
async fn wait_in<T: Send + 'static>(
    lane: &mpsc::Sender<Work>,
    deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (job, result) = job(deed);
    lane.send(Work::Job(job)).await.map_err(|_| StoreError::Stopped)?;
    result.await.map_err(|_| StoreError::Stopped)?
}

fn job<T: Send + 'static>(
    deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T>>) {
    let (tell, result) = oneshot::channel();
    let job = move |open: Option<&Open<'_>>| -> Acknowledge {
        let done = open.map_or(Err(StoreError::NotCommitted), |open| in_savepoint(open, &deed));
        Box::new(move |committed| {
            let done = if committed { done } else { done.and(Err(StoreError::NotCommitted)) };
            // Nobody listening any more (the client hung up) changes nothing about what is stored.
            let _ = tell.send(done);
        })
    };
    (Box::new(job), result)
}

/// One job's failure undoes that job only. So does a panic in it: what it says of the code is told
/// by the process's panic hook, and whoever asked hears that nothing was kept.
fn in_savepoint<T>(open: &Open<'_>, deed: impl Fn(Tx<'_>) -> Result<T>) -> Result<T> {
    let Open { connection, ledger, is_hurt, health } = *open;
    let noted = ledger.len();
    let attempt = || {
        connection.execute("SAVEPOINT job", params![])?;
        let deed = AssertUnwindSafe(|| deed(Tx::counted(connection, ledger)));
        let done = catch_unwind(deed).unwrap_or(Err(StoreError::Panicked));
        if done.is_err() {
            connection.execute("ROLLBACK TO job", params![])?;
        }
        connection.execute("RELEASE job", params![])?;
        done
    };
    let done = attempt();
    if let Err(error) = &done {
        ledger.cut(noted);
        is_hurt.set(is_hurt.get() || error.is_of_the_disk());
        if error.is_damage() {
            health.finds_damage();
        }
    }
    done
}

/// What the writer's thread works with.
struct Desk {
    /// Ends before the connection does.
    /// Of a file with a log beside it.
    checkpoints: Option<Checkpoints>,
    connection: Connection,
    health: Arc<WriterHealth>,
    ear: Arc<Ear>,
    /// Transactions that failed: a full disk fails each.
    failures: Seldom,
}

impl Desk {
    /// Until nobody is left who could ask for anything.
    fn run(self, mut lanes: Lanes<Work>) -> Connection {
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

    /// Whether nothing erased is left in the log.
    fn fold(&self) -> bool {
        self.log().is_none_or(|(checkpoints, file)| checkpoints.fold(file))
    }

    /// `None`: it is not a file with a log beside it.
    fn log(&self) -> Option<(&Checkpoints, &file::Opened)> {
        self.checkpoints.as_ref().zip(self.connection.sqlite())
    }

    /// One transaction, with what waits; returns who asked that the log be folded.
    fn group(&self, first: (Lane, Work), lanes: &mut Lanes<Work>) -> Vec<oneshot::Sender<bool>> {
        let (connection, ledger, is_hurt) = (&self.connection, Ledger::default(), Cell::new(false));
        self.health.begins();
        let written = connection.changes();
        if let Err(error) = connection.begin(&engine::Lane::Nobody)
            && let Some(n) = self.failures.due(Instant::now())
        {
            tracing::error!(n, %error, "the store cannot be written");
        }
        let (ledger, is_hurt) = (&ledger, &is_hurt);
        let open = Open { connection, ledger, is_hurt, health: &self.health };
        let still_open = || connection.is_open().then_some(&open);
        let (mut answers, mut folds) = (Vec::new(), Vec::new());
        let (mut turn, mut next) = (Turn::default(), Some(first));
        while let Some((lane, work)) = next {
            let began = Instant::now();
            match work {
                Work::Job(job) => answers.push(job(still_open())),
                Work::Fold(tell) => folds.push(tell),
            }
            turn.did(lane, began.elapsed());
            next = lanes.next(&turn);
        }
        let committed = still_open().is_some_and(|_| self.commit());
        let wrote = connection.changes() != written;
        self.health
            .ends((!committed || is_hurt.get() || wrote).then_some(committed && !is_hurt.get()));
        if committed {
            self.ear.tell(ledger.take());
        }
        for answer in answers {
            answer(committed);
        }
        folds
    }

    fn commit(&self) -> bool {
        match self.connection.commit() {
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

/// A line of the log that is written once a minute at most.
#[derive(Debug, Default)]
struct Seldom {
    written_at: Cell<Option<Instant>>,
    n: Cell<u64>,
}

impl Seldom {
    /// How many the line that is due now is about.
    fn due(&self, now: Instant) -> Option<u64> {
        self.n.set(self.n.get() + 1);
        if self.written_at.get().is_some_and(|at| now.duration_since(at) < MINUTE) {
            return None;
        }
        self.written_at.set(Some(now));
        Some(self.n.take())
    }
}

#[cfg(test)]
mod tests;
