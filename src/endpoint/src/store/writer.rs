//! The one writer: a thread that takes what waits, does it in one transaction, and answers only
//! after the commit. So many requests share one fsync, and "stored" always means on disk.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot, watch};

use super::error::{Result, StoreError};
use super::file::{self, fold};
use super::rows::tx::Tx;

/// Work that may wait for the writer at one time; beyond it the endpoint is busy.
const QUEUE: usize = 1024;
/// Work in one transaction. Enough to share an fsync, few enough to keep it short.
const GROUP: usize = 128;

/// How long erased data may linger in the write-ahead log before it is folded into the
/// (overwritten) file.
const FOLD: Duration = Duration::from_secs(60);

/// What is done inside the transaction (`None`: there is none, so nothing may be done); it returns
/// what is done after.
type Job = Box<dyn FnOnce(Option<&Connection>) -> Acknowledge + Send>;
/// Told `true` after the commit, `false` if there was none.
type Acknowledge = Box<dyn FnOnce(bool) + Send>;

enum Work {
    Job(Job),
    Fold(oneshot::Sender<bool>),
}

#[derive(Debug, Clone)]
pub(super) struct Writer {
    jobs: mpsc::Sender<Work>,
    death: watch::Receiver<Life>,
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
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (tell, closed) = sync_channel(1);
        let (life, death) = watch::channel(Life::Running);
        std::thread::Builder::new().name("store".to_owned()).spawn(move || {
            let mut witness = Witness(life);
            run(&connection, queue);
            file::rest(&connection);
            drop(connection);
            witness.saw(Life::Ended);
            // Nobody waiting for it is no harm.
            let _ = tell.send(());
        })?;
        Ok((Self { jobs, death }, closed))
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
        let (job, result) = job(deed);
        self.jobs.send(Work::Job(job)).await.map_err(|_| StoreError::Stopped)?;
        result.await.map_err(|_| StoreError::Stopped)?
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

    pub(super) fn depth(&self) -> usize {
        QUEUE - self.jobs.capacity()
    }
}

/// One deed, before there is a writer.
pub(super) fn at_once<T>(
    connection: &mut Connection,
    deed: impl Fn(Tx<'_>) -> Result<T>,
) -> Result<T> {
    let transaction = connection.transaction()?;
    let done = deed(Tx::new(&transaction))?;
    transaction.commit()?;
    Ok(done)
}

fn job<T: Send + 'static>(
    deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T>>) {
    let (tell, result) = oneshot::channel();
    let job = move |connection: Option<&Connection>| -> Acknowledge {
        let done = connection.map_or(Err(StoreError::NotCommitted), |c| in_savepoint(c, &deed));
        Box::new(move |committed| {
            let done = if committed { done } else { done.and(Err(StoreError::NotCommitted)) };
            // Nobody listening any more (the client hung up) changes nothing about what is stored.
            let _ = tell.send(done);
        })
    };
    (Box::new(job), result)
}

/// One job's failure undoes that job only; also a panic, for what it did goes with the savepoint, and
/// whoever caused it must not stop everybody's writing.
fn in_savepoint<T>(connection: &Connection, deed: impl Fn(Tx<'_>) -> Result<T>) -> Result<T> {
    connection.prepare_cached("SAVEPOINT job")?.execute([])?;
    let done = catch_unwind(AssertUnwindSafe(|| deed(Tx::new(connection)))).unwrap_or_else(|_| {
        tracing::error!("a fault in Assent broke off a deed, which was undone; please report it");
        Err(StoreError::Panicked)
    });
    if done.is_err() {
        connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
    }
    connection.prepare_cached("RELEASE job")?.execute([])?;
    done
}

fn run(connection: &Connection, mut queue: mpsc::Receiver<Work>) {
    let mut folded = Instant::now();
    while let Some(first) = queue.blocking_recv() {
        if let Err(error) = connection.execute_batch("BEGIN IMMEDIATE") {
            tracing::error!(%error, "the store cannot be written");
        }
        // SQLite ends a transaction by itself on some failures (disk full): what follows must not
        // commit on its own.
        let open = || (!connection.is_autocommit()).then_some(connection);
        let (mut answers, mut folds) = (Vec::new(), Vec::new());
        let mut next = Some(first);
        while let Some(work) = next {
            match work {
                Work::Job(job) => answers.push(job(open())),
                Work::Fold(tell) => folds.push(tell),
            }
            next = if answers.len() < GROUP { queue.try_recv().ok() } else { None };
        }
        let committed = open().is_some_and(commit);
        for answer in answers {
            answer(committed);
        }
        if !folds.is_empty() || folded.elapsed() > FOLD {
            folded = Instant::now();
            let done = fold(connection);
            for tell in folds {
                // Nobody listening any more changes nothing.
                let _ = tell.send(done);
            }
        }
    }
}

fn commit(connection: &Connection) -> bool {
    match connection.execute_batch("COMMIT") {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(
                %error,
                "the store could not commit; is the disk full? Nothing was acknowledged"
            );
            // Where the commit itself has ended the transaction there is nothing to roll back.
            let _ = connection.execute_batch("ROLLBACK");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn writer() -> Writer {
        Writer::start(Connection::open_in_memory().expect("a store")).expect("a thread").0
    }

    #[tokio::test]
    async fn a_panic_in_a_deed_is_that_deeds_failure_only() {
        let writer = writer();
        let done = writer.write(|_: Tx<'_>| -> Result<()> { panic!("a deed fails") }).await;
        assert!(matches!(done, Err(StoreError::Panicked)), "{done:?}");
        assert!(writer.is_alive());
        writer.write(|tx: Tx<'_>| tx.ping()).await.expect("it goes on");
    }

    #[tokio::test]
    async fn a_panic_of_the_thread_itself_is_known_at_once() {
        let writer = writer();
        let early = tokio::time::timeout(Duration::ZERO, writer.broken()).await;
        assert!(early.is_err() && writer.is_alive());
        let job: Job = Box::new(|_| panic!("outside of every deed"));
        assert!(writer.jobs.send(Work::Job(job)).await.is_ok());
        writer.broken().await;
        assert!(!writer.is_alive());
        assert!(matches!(writer.write(|tx: Tx<'_>| tx.ping()).await, Err(StoreError::Stopped)));
    }
}
