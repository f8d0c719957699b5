//! The tables: a file for each, with all SQL that the deeds need of it (`event.rs` writes its table,
//! `event_queries.rs` asks it; `tally.rs` has two). In and out go our nouns: states, ends and times are
//! typed, never their text. The SQL is what SQLite and PostgreSQL both understand, but for `shop.rs`
//! (every table of a shop), `tx.rs` (free pages) and the two hints in `event_queries.rs`.

pub(in crate::store) mod address_share;
mod columns;
pub(in crate::store) mod context;
pub(in crate::store) mod customer;
pub(in crate::store) mod day;
pub(in crate::store) mod demand;
pub(in crate::store) mod event;
pub(in crate::store) mod event_queries;
pub(in crate::store) mod history;
pub(in crate::store) mod module;
pub(in crate::store) mod order;
pub(in crate::store) mod pixel;
pub(in crate::store) mod receipt;
pub(in crate::store) mod refusal;
pub(in crate::store) mod shop;
pub(in crate::store) mod tally;
pub(in crate::store) mod tx;
pub(in crate::store) mod webhook;
pub(in crate::store) mod withdrawal;
