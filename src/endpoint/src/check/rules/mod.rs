//! What was found, and the lines that say it: pure, without a store, a network or a clock.

pub(super) mod by_hand;
pub(super) mod machine;
pub(super) mod orders;
pub(super) mod tiktok;
pub(super) mod way_in;
mod words;
