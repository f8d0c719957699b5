//! Connections of whoever only reads. A file is opened each time; one to PostgreSQL, which takes a good many
//! steps to make, is kept for the next who reads.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::connection::Connection;
use super::error::Result;
use super::postgres::{Address, Postgres};
use crate::run_number::RunNumber;

/// So many are kept, of all databases together: a process has one.
const MOST: usize = 4;
static IDLE: Mutex<Vec<Postgres>> = Mutex::new(Vec::new());

/// A connection that is given back when it is dropped.
#[derive(Debug)]
pub(in crate::store) struct Lent(Option<Connection>);

impl Lent {
    /// One to this database that was kept and still answers, or a new one.
    pub(in crate::store) fn of(address: Address) -> Result<Self> {
        while let Some(kept) = taken(&address) {
            if kept.is_there() {
                return Ok(Self(Some(kept.into())));
            }
        }
        Ok(Self(Some(Postgres::connect(address, RunNumber::ALONE)?.for_reading().into())))
    }
}

fn taken(address: &Address) -> Option<Postgres> {
    let mut idle = idle();
    let at = idle.iter().position(|kept| kept.is_of(address, RunNumber::ALONE))?;
    Some(idle.swap_remove(at))
}

fn idle() -> MutexGuard<'static, Vec<Postgres>> {
    IDLE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl From<rusqlite::Connection> for Lent {
    fn from(connection: rusqlite::Connection) -> Self {
        Self(Some(connection.into()))
    }
}

impl Deref for Lent {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0.as_ref().expect("it is there until it is dropped")
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        // One whose transaction did not end stays nobody's.
        if let Some(Connection::Postgres(kept)) = self.0.take()
            && !kept.is_open()
        {
            let mut idle = idle();
            if idle.len() == MOST {
                idle.swap_remove(0);
            }
            idle.push(*kept);
        }
    }
}
