//! A piece of work for whoever writes: a deed, and how its result is told.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::store::durability::WriterHealth;
use crate::store::engine::{Connection, Whose};
use crate::store::error::{Result, StoreError};
use crate::store::ledger::Ledger;
use crate::store::rows::tx::Tx;

/// What is done inside the transaction (`None`: there is none, so nothing may be done); it returns
/// what is done after.
pub(super) type Job = Box<dyn FnOnce(Option<&Open<'_>>) -> Acknowledge + Send>;
/// Told `true` after the commit, `false` if there was none.
pub(super) type Acknowledge = Box<dyn FnOnce(bool) + Send>;

/// A transaction under way.
pub(super) struct Open<'a> {
    pub(super) connection: &'a Connection,
    pub(super) ledger: &'a Ledger,
    /// A job of it failed for the sake of the file, the disk or the database.
    pub(super) is_hurt: &'a Cell<bool>,
    pub(super) health: &'a WriterHealth,
}

pub(super) enum Work {
    Job(Whose, Job),
    Fold(oneshot::Sender<bool>),
}

impl Work {
    pub(super) fn whose(&self) -> Whose {
        match self {
            Self::Job(whose, _) => whose.clone(),
            Self::Fold(_) => Whose::Nobodys,
        }
    }
}

pub(super) fn job<T: Send + 'static>(
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
    let noted = ledger.mark();
    let attempt = || {
        connection.begin_part()?;
        let deed = AssertUnwindSafe(|| deed(Tx::counted(connection, ledger)));
        let done = catch_unwind(deed).unwrap_or(Err(StoreError::Panicked));
        let done = done.and_then(|done| connection.end_part().map(|()| done).map_err(Into::into));
        if done.is_err() {
            connection.undo_part()?;
        }
        done
    };
    let done = attempt();
    if let Err(error) = &done {
        ledger.cut(noted);
        is_hurt.set(is_hurt.get() || error.keeps_all_from_being_stored());
        if error.is_damage() {
            health.finds_damage();
        }
    }
    done
}
