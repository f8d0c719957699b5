//! The one writer: a thread that takes what waits, does it in one transaction, and answers only
//! after the commit. So many requests share one fsync, and "stored" always means on disk.

use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::error::{Result, StoreError};
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
}

impl Writer {
    /// The thread ends when the last `Writer` is dropped, after all that was queued has been
    /// committed; then it says so.
    pub(super) fn start(connection: Connection) -> std::io::Result<(Self, Receiver<()>)> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let (tell, closed) = sync_channel(1);
        std::thread::Builder::new().name("store".to_owned()).spawn(move || {
            run(&connection, queue);
            drop(connection);
            // Nobody waiting for it is no harm.
            let _ = tell.send(());
        })?;
        Ok((Self { jobs }, closed))
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

/// One job's failure undoes that job only.
fn in_savepoint<T>(connection: &Connection, deed: impl Fn(Tx<'_>) -> Result<T>) -> Result<T> {
    connection.prepare_cached("SAVEPOINT job")?.execute([])?;
    let done = deed(Tx::new(connection));
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
    fold(connection);
}

/// Whether the log is empty now. A reader in the way only postpones it.
fn fold(connection: &Connection) -> bool {
    match connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)) {
        Ok(busy) => busy == 0,
        Err(error) => {
            tracing::debug!(%error, "the write-ahead log could not be folded now");
            false
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
