//! For tests that look at SQLite's plans: a store in memory, and which statements run on it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use rusqlite::trace::{TraceEvent, TraceEventCodes};

use super::connection::Connection;

impl Connection {
    /// Every statement that `of` runs on it.
    pub(in crate::store) fn overhear(&mut self, of: impl FnOnce(&Self)) -> BTreeSet<String> {
        let heard = Arc::new(Mutex::new(BTreeSet::new()));
        let ear = heard.clone();
        let hear = move |event: TraceEvent<'_>| {
            if let TraceEvent::Stmt(_, sql) = event {
                ear.lock().expect("nobody panics").insert(sql.to_owned());
            }
        };
        let Self::Sqlite(store) = &mut *self else { panic!("tests of plans are SQLite's") };
        store.trace_v2(TraceEventCodes::SQLITE_TRACE_STMT, Some(hear)).expect("an ear");
        of(&*self);
        let Self::Sqlite(store) = self else { panic!("it was one before") };
        store.trace_v2(TraceEventCodes::empty(), None::<fn(TraceEvent<'_>)>).expect("taken off");
        std::mem::take(&mut *heard.lock().expect("nobody panics"))
    }

    /// How SQLite would run it.
    pub(in crate::store) fn plan(&self, sql: &str) -> Vec<String> {
        let store = self.sqlite().expect("tests of plans are SQLite's");
        let mut explain = store.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a statement");
        let mut steps = explain.raw_query(); // nothing bound: a plan depends on no value
        let mut plan = Vec::new();
        while let Some(step) = steps.next().expect("a plan") {
            plan.push(step.get("detail").expect("text"));
        }
        plan
    }
}
