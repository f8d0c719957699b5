//! The tables: a file for each, with all SQL that the deeds need of it (`event.rs` and
//! `event_changes.rs` write their table, `event_queries.rs` asks it, `ended.rs` says what follows from an end; `tally.rs` has two). In and out
//! go our nouns: states, ends and times are typed, never their text. Every statement names the shop
//! first. The SQL is what SQLite and PostgreSQL both understand, but for `shop.rs` (every table of a
//! shop), `test_write.rs` (every table), `tx.rs` (free pages) and the hint in `link.rs`.

pub(in crate::store) mod address_share;
pub(in crate::store) mod clock;
pub(in crate::store) mod columns;
pub(in crate::store) mod context;
pub(in crate::store) mod counted;
pub(in crate::store) mod demand;
pub(in crate::store) mod ended;
pub(in crate::store) mod endpoint;
pub(in crate::store) mod event;
pub(in crate::store) mod event_changes;
pub(in crate::store) mod event_queries;
pub(in crate::store) mod history;
pub(in crate::store) mod link;
pub(in crate::store) mod module;
pub(in crate::store) mod money;
pub(in crate::store) mod order;
pub(in crate::store) mod payload_count;
pub(in crate::store) mod pixel;
pub(in crate::store) mod quarter;
pub(in crate::store) mod receipt;
pub(in crate::store) mod refusal;
pub(in crate::store) mod shop;
pub(in crate::store) mod tally;
pub(in crate::store) mod test_write;
pub(in crate::store) mod topic;
pub(in crate::store) mod tx;
pub(in crate::store) mod webhook;
pub(in crate::store) mod withdrawal;
