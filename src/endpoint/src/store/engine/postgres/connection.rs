//! One connection to PostgreSQL, and its transactions.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use postgres::Row;
use postgres::types::{ToSql, Type};

use super::address::Address;
use super::client::{Held, apart};
use super::lock::{key, keys};
use super::parameter::Parameter;
use crate::run_number::RunNumber;
use crate::store::engine::dialect;
use crate::store::engine::error::Result;
use crate::store::engine::value::Params;
use crate::store::engine::whose::Whose;

/// The longest that a statement of a deed, and the wait for its shop's turn, may take: Shopify waits 5 seconds
/// for an answer. And how long the database waits for the next statement: the turn of an endpoint whose machine has
/// lost power must not last until the network notices.
const DEED: &str = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '4s'; \
                    SET LOCAL idle_in_transaction_session_timeout = '10s'";
/// For an answer of the database's that costs it nothing.
const CONNECT: Duration = Duration::from_secs(5);
/// The same of a reader's.
const READING: &str = "SET LOCAL statement_timeout = '60s'";

pub(in crate::store) struct Postgres {
    address: Address,
    run: RunNumber,
    client: RefCell<Held>,
    /// The statements in PostgreSQL's words.
    texts: RefCell<HashMap<String, Arc<str>>>,
    is_open: Cell<bool>,
    changes: Cell<u64>,
}

impl Postgres {
    /// For the endpoint of this run.
    pub(in crate::store) fn connect(address: Address, run: RunNumber) -> Result<Self> {
        let client = RefCell::new(Held::connect(&address)?);
        let (texts, is_open, changes) = Default::default();
        Ok(Self { address, run, client, texts, is_open, changes })
    }

    pub(in crate::store::engine) fn run(&self) -> RunNumber {
        self.run
    }

    pub(in crate::store::engine) fn is_of(&self, address: &Address, run: RunNumber) -> bool {
        self.address == *address && self.run == run
    }

    /// Whether the database answers on it.
    pub(in crate::store::engine) fn is_there(&self) -> bool {
        let client = &mut *self.client.borrow_mut();
        !client.is_closed() && apart(|| client.is_valid(CONNECT)).is_ok()
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
    /// One that writes, once it is the turn of all of these: nobody else, on whatever endpoint, does a deed of
    /// theirs before this one has ended. A statement sees what was committed before it began, so those that
    /// follow see all that was done before.
    pub(in crate::store::engine) fn begin(&self, of: &[Whose]) -> Result<()> {
        let mut begin = format!("BEGIN ISOLATION LEVEL READ COMMITTED; {DEED}");
        for key in keys(of) {
            // Writing to a String cannot fail.
            let _ = write!(begin, "; SELECT pg_advisory_xact_lock({key})");
        }
        self.open(&begin)
    }

    /// For the one transaction that takes long.
    pub(in crate::store) fn without_time_limits(&self) -> Result<()> {
        self.batch(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
        )
    }

    pub(in crate::store::engine) fn join(&self, of: &Whose) -> Result<bool> {
        let rows = self.query(&format!("SELECT pg_try_advisory_xact_lock({})", key(of)), &[])?;
        Ok(rows.first().is_some_and(|row| row.get(0)))
    }

    /// One moment for all that is read.
    pub(in crate::store::engine) fn begin_reading(&self) -> Result<()> {
        self.open(&format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {READING}"))
    }

    /// `Err`: it is not known to be committed, and counts as if it were not. Where a statement has failed and
    /// nobody has gone back before it, PostgreSQL answers a mere COMMIT as if all were well, and takes back
    /// everything: so it is asked something first, which it refuses then.
    pub(in crate::store::engine) fn commit(&self) -> Result<()> {
        self.is_open.set(false);
        self.batch("SELECT 1; COMMIT")
    }

    pub(in crate::store::engine) fn roll_back(&self) -> Result<()> {
        self.is_open.set(false);
        self.batch("ROLLBACK")
    }

    /// A connection that was lost (the database was restarted, or another one has taken over) is made
    /// anew first. That it is lost may show only now; nothing has been done on it yet.
    fn open(&self, sql: &str) -> Result<()> {
        self.is_open.set(false);
        let was_closed = self.client.borrow().is_closed();
        let mut opened = if was_closed { Ok(()) } else { self.batch(sql) };
        if self.client.borrow().is_closed() {
            let made = Held::connect(&self.address)?;
            *self.client.borrow_mut() = made;
            opened = self.batch(sql);
        }
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

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Postgres").field(&self.address).finish()
    }
}
