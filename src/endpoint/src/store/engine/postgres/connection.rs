//! One connection to PostgreSQL, and its transactions.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::thread;

use postgres::types::{ToSql, Type};
use postgres::{Client, Row};

use super::address::Address;
use super::lock::Lane;
use super::parameter::Parameter;
use super::tls;
use crate::store::engine::dialect;
use crate::store::engine::error::{EngineError, Result};
use crate::store::engine::value::Params;

/// The longest that a statement of a deed, and the wait for its shop's turn, may take.
const DEED: &str = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '10s'";
/// The same of a reader's.
const READING: &str = "SET LOCAL statement_timeout = '60s'";

pub(in crate::store) struct Postgres {
    address: Address,
    client: RefCell<Client>,
    /// The statements in PostgreSQL's words.
    texts: RefCell<HashMap<String, Arc<str>>>,
    is_open: Cell<bool>,
    changes: Cell<u64>,
}

impl Postgres {
    pub(in crate::store) fn connect(address: Address) -> Result<Self> {
        let client = RefCell::new(client(&address)?);
        let (texts, is_open, changes) = Default::default();
        Ok(Self { address, client, texts, is_open, changes })
    }

    pub(in crate::store::engine) fn query(
        &self,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Vec<Row>> {
        let params = parameters(params);
        let client = &mut *self.client.borrow_mut();
        let rows = apart(|| client.query_typed(sql, &typed(&params)))?;
        // A statement that changes rows and gives them back: `INSERT … RETURNING`.
        if !sql.trim_start().starts_with("SELECT") {
            self.changes.set(self.changes.get() + u64::try_from(rows.len()).unwrap_or(0));
        }
        Ok(rows)
    }

    pub(in crate::store::engine) fn execute(&self, sql: &str, params: Params<'_>) -> Result<usize> {
        let params = parameters(params);
        let client = &mut *self.client.borrow_mut();
        let changed = apart(|| client.execute_typed(sql, &typed(&params)))?;
        self.changes.set(self.changes.get() + changed);
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    pub(in crate::store::engine) fn changes(&self) -> u64 {
        self.changes.get()
    }

    pub(in crate::store::engine) fn is_open(&self) -> bool {
        self.is_open.get() && !self.client.borrow().is_closed()
    }

    /// A statement in PostgreSQL's words.
    pub(in crate::store::engine) fn text(&self, sql: &str) -> Arc<str> {
        let mut texts = self.texts.borrow_mut();
        if let Some(known) = texts.get(sql) {
            return known.clone();
        }
        let made: Arc<str> = dialect::for_postgres(sql).into();
        texts.insert(sql.to_owned(), made.clone());
        made
    }
}

/// Transactions.
impl Postgres {
    /// One that writes, once it is this lane's turn: nobody else, on whatever endpoint, does a deed of it
    /// before this one has ended.
    pub(in crate::store::engine) fn begin(&self, lane: &Lane) -> Result<()> {
        let lock = format!("SELECT pg_advisory_xact_lock({})", lane.key());
        self.open(&format!("BEGIN ISOLATION LEVEL READ COMMITTED; {DEED}; {lock}"))
    }

    /// One moment for all that is read.
    pub(in crate::store::engine) fn begin_reading(&self) -> Result<()> {
        self.open(&format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {READING}"))
    }

    /// `Err`: it is not known to be committed, and counts as if it were not.
    pub(in crate::store::engine) fn commit(&self) -> Result<()> {
        self.is_open.set(false);
        self.batch("COMMIT")
    }

    pub(in crate::store::engine) fn roll_back(&self) -> Result<()> {
        self.is_open.set(false);
        self.batch("ROLLBACK")
    }

    /// A connection that was lost (the database was restarted, or another one has taken over) is made
    /// anew first.
    fn open(&self, sql: &str) -> Result<()> {
        if self.client.borrow().is_closed() {
            *self.client.borrow_mut() = client(&self.address)?;
        }
        let opened = self.batch(sql);
        self.is_open.set(opened.is_ok());
        if opened.is_err() {
            // Of what it was half-way through, such as a lock that did not come, nothing may stay.
            let _ = self.batch("ROLLBACK");
        }
        opened
    }

    /// Statements without values.
    pub(in crate::store::engine) fn batch(&self, sql: &str) -> Result<()> {
        let client = &mut *self.client.borrow_mut();
        Ok(apart(|| client.batch_execute(sql))?)
    }
}

fn parameters<'a>(params: Params<'a>) -> Vec<Parameter<'a>> {
    params.iter().map(|value| Parameter(value.to_value())).collect()
}

fn typed<'a>(params: &'a [Parameter<'_>]) -> Vec<(&'a (dyn ToSql + Sync), Type)> {
    params.iter().map(|value| (value as _, value.kind())).collect()
}

fn client(address: &Address) -> Result<Client> {
    let tls = tls::connector().map_err(|error| EngineError::Tls(error.to_string()))?;
    Ok(apart(|| address.config().connect(tls))?)
}

/// The client has a runtime of its own, which cannot run inside another one: what somebody asks in there
/// is done by a thread beside it.
fn apart<T: Send>(ask: impl FnOnce() -> T + Send) -> T {
    if tokio::runtime::Handle::try_current().is_err() {
        return ask();
    }
    let done = thread::scope(|beside| beside.spawn(ask).join());
    done.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Postgres").field(&self.address).finish()
    }
}
