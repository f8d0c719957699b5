//! The tables, one file each, with all SQL on it. In and out go our nouns: states, ends and times
//! are typed, never their text. The SQL is what SQLite and PostgreSQL both understand, but for
//! `shop.rs` (every table of a shop), `tx.rs` (free pages) and the two hints in `open_event.rs`.

mod columns;
pub(in crate::store) mod context;
pub(in crate::store) mod customer;
pub(in crate::store) mod day;
pub(in crate::store) mod demand;
pub(in crate::store) mod event;
pub(in crate::store) mod history;
pub(in crate::store) mod open_event;
pub(in crate::store) mod order;
pub(in crate::store) mod pixel;
pub(in crate::store) mod receipt;
pub(in crate::store) mod shop;
pub(in crate::store) mod tally;
pub(in crate::store) mod tx;
pub(in crate::store) mod webhook;
pub(in crate::store) mod withdrawal;
