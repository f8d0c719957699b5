//! Hostile input. Each target takes bytes as a stranger could send them, gives them to the real
//! code, and judges what came of it: a panic, an answer outside the closed lists, a grant that
//! another reader does not share, or something raw in the store makes it panic itself.
//!
//! `tests/bounded.rs` here asks a bounded number of mutations of the corpus (tests/fuzz/corpus)
//! with every `cargo test`; the targets of tests/fuzz ask the same with libFuzzer.

pub mod beacon;
pub mod config;
pub mod corpus;
pub mod device;
pub mod house;
pub mod mutate;
pub mod webhook;
