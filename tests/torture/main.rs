//! The real binary, treated badly. `npm run torture` prints the figures of these tests with those of
//! tests/simulation and tests/crash.

mod figures;
mod fleet;
mod load;
mod secrets;
mod several;
mod shops;
mod sink;

#[path = "../endpoint/support/mod.rs"]
mod support;
