//! Who writes. On a file one thread, which takes what waits, does it in one transaction, and answers only after
//! the commit: so many requests share one fsync, and "stored" always means on disk. On a database that several
//! endpoints share it is several threads, each with its own connection and its own shops: a shop's deeds are
//! done one after the other here too, and on all endpoints together by the lock of its turn.

mod checkpoints;
mod desk;
mod job;
mod lanes;
mod seldom;

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use tokio::sync::{mpsc, oneshot, watch};

use self::desk::Desk;
use self::job::{Work, job};
use self::lanes::Lanes;
use super::durability::{Durability, WriterHealth};
use super::engine::{Connection, Whose};
use super::error::{Result, StoreError};
use super::file;
use super::ledger::Ear;
use super::rows::tx::Tx;

/// Work that may wait at one time, in each lane of each thread; beyond it the endpoint is busy.
const QUEUE: usize = 1024;

#[derive(Debug, Clone)]
pub(super) struct Writer {
    desks: Arc<[Entrance]>,
    death: watch::Receiver<Life>,
    health: Arc<WriterHealth>,
    pub(super) ear: Arc<Ear>,
}

/// What waits for one thread.
#[derive(Debug)]
struct Entrance {
    jobs: mpsc::Sender<Work>,
    /// For what nobody waits for.
    chores: mpsc::Sender<Work>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Running,
    /// A panic ended a thread.
    Broken,
}

/// Says so where a panic unwinds its thread.
struct Witness(Arc<watch::Sender<Life>>);

impl Drop for Witness {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.send_replace(Life::Broken);
        }
    }
}

impl Writer {
    /// A thread for each connection. They end when the last `Writer` is dropped, after all that was queued has
    /// been committed; when all have, there is nobody left who could send to what is returned.
    pub(super) fn start(connections: Vec<Connection>) -> std::io::Result<(Self, Receiver<()>)> {
        let (ended, closed) = sync_channel(1);
        let (life, death) = watch::channel(Life::Running);
        let life = Arc::new(life);
        let (health, ear) = (Arc::new(WriterHealth::default()), Arc::new(Ear::default()));
        let mut desks = Vec::new();
        for (number, connection) in connections.into_iter().enumerate() {
            let (jobs, somebody) = mpsc::channel(QUEUE);
            let (chores, nobody) = mpsc::channel(QUEUE);
            desks.push(Entrance { jobs, chores });
            let desk = Desk::new(number, connection, health.clone(), ear.clone());
            let (witness, ended) = (Witness(life.clone()), ended.clone());
            std::thread::Builder::new().name(format!("store {number}")).spawn(move || {
                let connection = desk.run(Lanes::of(somebody, nobody));
                connection.sqlite().into_iter().for_each(file::rest);
                drop(connection);
                drop(witness);
                drop(ended);
            })?;
        }
        Ok((Self { desks: desks.into(), death, health, ear }, closed))
    }

    /// Whether all threads work: `false` after a panic in one.
    pub(super) fn is_alive(&self) -> bool {
        *self.death.borrow() != Life::Broken
    }

    /// Comes back when a thread has broken down, and only then.
    pub(super) async fn broken(&self) {
        let mut death = self.death.clone();
        if death.wait_for(|life| *life == Life::Broken).await.is_err() {
            // All have ended in good order.
            std::future::pending::<()>().await;
        }
    }

    /// Does the deed and returns its result once it is durable. Waits for a place in the queue.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        whose: impl Into<Whose>,
        deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let whose = whose.into();
        wait_in(&self.desk(&whose).jobs, whose, deed).await
    }

    /// As [`Self::write`], for what the endpoint does by itself: what somebody waits for goes first.
    pub(super) async fn do_chore<T: Send + 'static>(
        &self,
        whose: impl Into<Whose>,
        deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let whose = whose.into();
        wait_in(&self.desk(&whose).chores, whose, deed).await
    }

    /// As [`Self::write`], but a full queue is [`StoreError::Busy`] at once.
    pub(super) async fn try_write<T: Send + 'static>(
        &self,
        whose: impl Into<Whose>,
        deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let whose = whose.into();
        let (job, result) = job(deed);
        let jobs = &self.desk(&whose).jobs;
        jobs.try_send(Work::Job(whose, job)).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopped,
        })?;
        result.await.map_err(|_| StoreError::Stopped)?
    }

    /// Always the same one of a shop.
    fn desk(&self, whose: &Whose) -> &Entrance {
        let mut hasher = DefaultHasher::new();
        whose.hash(&mut hasher);
        let many = u64::try_from(self.desks.len()).unwrap_or(u64::MAX);
        let n = hasher.finish().checked_rem(many).and_then(|n| usize::try_from(n).ok());
        &self.desks[n.unwrap_or(0)]
    }

    /// Folds the log into the file at once, so that nothing erased is left in it. `false`: a reader
    /// is in the way, and it is tried again within a minute; or it is no file.
    pub(super) async fn fold(&self) -> Result<bool> {
        let (tell, folded) = oneshot::channel();
        let jobs = &self.desk(&Whose::Nobodys).jobs;
        jobs.send(Work::Fold(tell)).await.map_err(|_| StoreError::Stopped)?;
        folded.await.map_err(|_| StoreError::Stopped)
    }

    pub(super) fn durability(&self) -> Durability {
        self.health.now(self.is_alive())
    }

    /// Every table could be written.
    pub(super) fn is_sound(&self) {
        self.health.is_sound();
    }

    /// Ends a thread by a panic outside of any deed.
    #[cfg(test)]
    pub(super) fn break_off(&self) {
        let job =
            |_: Option<&job::Open<'_>>| -> job::Acknowledge { Box::new(|_| panic!("made to")) };
        let told = self.desks[0].jobs.try_send(Work::Job(Whose::Nobodys, Box::new(job)));
        assert!(told.is_ok(), "the writer is there and has room");
    }

    pub(super) fn depth(&self) -> usize {
        let waits = |lane: &mpsc::Sender<Work>| QUEUE - lane.capacity();
        self.desks.iter().map(|desk| waits(&desk.jobs) + waits(&desk.chores)).sum()
    }
}

/// One deed, before there is a writer.
pub(super) fn at_once<T>(
    connection: &Connection,
    of: &[Whose],
    deed: impl Fn(Tx<'_>) -> Result<T>,
) -> Result<T> {
    connection.begin(of)?;
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
    whose: Whose,
    deed: impl Fn(Tx<'_>) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (job, result) = job(deed);
    lane.send(Work::Job(whose, job)).await.map_err(|_| StoreError::Stopped)?;
    result.await.map_err(|_| StoreError::Stopped)?
}

#[cfg(test)]
mod tests;
