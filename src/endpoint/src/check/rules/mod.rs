//! What was found, and the lines that say it: pure, without a store, a network or a clock.

pub(super) mod machine;
mod words;
