//! One connection to PostgreSQL, and its transactions.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt::{self, Write as _};
use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::Row;

use super::address::Address;
use super::asked::{Asked, Later, Told};
use super::client::{AT_ONCE, Held, Names};
use super::lock::{key, keys};
use crate::run_number::RunNumber;
use crate::store::engine::dialect;
use crate::store::engine::error::{EngineError, Result};
use crate::store::engine::value::Params;
use crate::store::engine::whose::Whose;

/// The longest that a statement of a deed, and the wait for its shop's turn, may take: Shopify waits 5 seconds
/// for an answer. And how long the database waits for the next statement: the turn of an endpoint whose machine has
/// lost power must not last until the network notices. No statement of a deed reads a whole table; one whose plan was
/// made while a table was empty would.
const DEED: &str = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '4s'; \
                    SET LOCAL idle_in_transaction_session_timeout = '10s'; SET LOCAL enable_seqscan = off";
/// The same of a reader's.
const READING: &str = "SET LOCAL statement_timeout = '60s'";
/// The database keeps these times itself. One that is frozen does not, and is left a little later.
const OF_TURN: Duration = Duration::from_secs(6);
const OF_DEED: Duration = Duration::from_secs(12);
const OF_READING: Duration = Duration::from_secs(65);
const OF_ALL_ROWS: Duration = Duration::from_secs(86_400);
/// For an answer of the database's that costs it nothing.
const AT_ONCE_ANSWERED: Duration = Duration::from_secs(5);

pub(in crate::store) struct Postgres {
    address: Address,
    run: RunNumber,
    client: RefCell<Held>,
    /// What goes with the next statement that is waited for.
    later: RefCell<Vec<Later>>,
    /// The statements in PostgreSQL's words.
    texts: RefCell<HashMap<String, Arc<str>>>,
    is_open: Cell<bool>,
    changes: Cell<u64>,
    /// For each answer.
    patience: Cell<Duration>,
    names: Cell<Names>,
}

impl Postgres {
    /// For the endpoint of this run.
    pub(in crate::store) fn connect(address: Address, run: RunNumber) -> Result<Self> {
        let client = RefCell::new(Held::connect(&address)?);
        let (later, texts, is_open, changes) = Default::default();
        let (patience, names) = (Cell::new(OF_DEED), Cell::new(Names::None));
        Ok(Self { address, run, client, later, texts, is_open, changes, patience, names })
    }

    pub(in crate::store::engine) fn run(&self) -> RunNumber {
        self.run
    }

    pub(in crate::store::engine) fn is_of(&self, address: &Address, run: RunNumber) -> bool {
        self.address == *address && self.run == run
    }

    /// Whether the database answers on it.
    pub(in crate::store::engine) fn is_there(&self) -> bool {
        self.patience.set(AT_ONCE_ANSWERED);
        let is_there = !self.client.borrow().is_closed() && self.batch("").is_ok();
        self.patience.set(OF_READING);
        is_there
    }

    /// For questions outside of a transaction, some of which go through whole tables.
    pub(in crate::store::engine) fn for_reading(self) -> Self {
        self.patience.set(OF_READING);
        self
    }

    pub(in crate::store::engine) fn query(
        &self,
        sql: &str,
        params: Params<'_>,
    ) -> Result<Vec<Row>> {
        Ok(self.ask(&Asked::rows(sql, params))?.rows)
    }

    pub(in crate::store::engine) fn execute(&self, sql: &str, params: Params<'_>) -> Result<usize> {
        let changed = self.ask(&Asked::count(sql, params))?.changed;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// Nobody asks how many rows it changes: within a transaction it goes with the next statement that is waited for,
    /// and an error of it is that one's.
    pub(in crate::store::engine) fn write(&self, sql: Arc<str>, params: Params<'_>) -> Result<()> {
        if !self.is_open.get() {
            return self.execute(&sql, params).map(|_| ());
        }
        self.later.borrow_mut().push(Later::new(sql, params));
        if self.later.borrow().len() < AT_ONCE { Ok(()) } else { self.flush() }
    }

    /// Whether what was asked later has gone well so far.
    pub(in crate::store::engine) fn flush(&self) -> Result<()> {
        let last = self.later.borrow_mut().pop();
        last.map_or(Ok(()), |last| self.ask(&last.asked()).map(|_| ()))
    }

    /// Statements without values.
    pub(in crate::store::engine) fn batch(&self, sql: &str) -> Result<()> {
        self.ask(&Asked::nothing(sql)).map(|_| ())
    }

    fn ask(&self, last: &Asked<'_>) -> Result<Told> {
        let later = self.later.take();
        let before: Vec<Asked<'_>> = later.iter().map(Later::asked).collect();
        let told =
            self.client.borrow_mut().ask(self.patience.get(), self.names.get(), &before, last)?;
        self.changes.set(self.changes.get() + told.before + told.changed);
        Ok(told)
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
        self.patience.set(OF_TURN);
        let begun = self.open(&begin);
        self.patience.set(OF_DEED);
        self.names.set(Names::Kept);
        begun
    }

    /// For the one transaction that takes long.
    pub(in crate::store) fn without_time_limits(&self) -> Result<()> {
        self.patience.set(OF_ALL_ROWS);
        // A cursor's rows are of another table each time.
        self.names.set(Names::None);
        self.batch(
            "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0",
        )
    }

    pub(in crate::store::engine) fn join(&self, of: &[Whose]) -> Result<Vec<bool>> {
        let locks: Vec<_> =
            of.iter().map(|one| format!("pg_try_advisory_xact_lock({})", key(one))).collect();
        let sql = format!("SELECT {}", locks.join(", "));
        // No other transaction has the same ones: a name for it would be of no use.
        self.names.set(Names::None);
        let rows = self.query(&sql, &[]);
        self.names.set(Names::Kept);
        let row = rows?.into_iter().next();
        Ok((0..of.len()).map(|n| row.as_ref().is_some_and(|row| row.get(n))).collect())
    }

    /// One moment for all that is read.
    pub(in crate::store::engine) fn begin_reading(&self) -> Result<()> {
        self.patience.set(OF_READING);
        self.names.set(Names::None);
        self.open(&format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {READING}"))
    }

    /// `Err`: it is not known to be committed, and counts as if it were not. Where a statement has failed and
    /// nobody has gone back before it, PostgreSQL answers a mere COMMIT as if all were well, and takes back
    /// everything: so it is asked something first, which it refuses then.
    pub(in crate::store::engine) fn commit(&self) -> Result<()> {
        self.is_open.set(false);
        let done = self.batch("SELECT 1; COMMIT");
        if done.is_err() && !self.client.borrow().is_closed() {
            // What was refused is still under way.
            let _ = self.batch("ROLLBACK");
        }
        done
    }

    pub(in crate::store::engine) fn roll_back(&self) -> Result<()> {
        self.is_open.set(false);
        self.later.borrow_mut().clear();
        self.batch("ROLLBACK")
    }

    /// A connection that was lost (the database was restarted, or another one has taken over) is made
    /// anew first. That it is lost may show only now; nothing has been done on it yet.
    fn open(&self, sql: &str) -> Result<()> {
        self.is_open.set(false);
        self.later.borrow_mut().clear();
        let was_closed = self.client.borrow().is_closed();
        let mut opened = if was_closed { Ok(()) } else { self.batch(sql) };
        let is_silent = matches!(opened, Err(EngineError::Silent(_)));
        if self.client.borrow().is_closed() && !is_silent {
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
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Postgres").field(&self.address).finish()
    }
}
