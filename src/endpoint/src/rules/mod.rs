//! What may happen, as tables: pure, without a store, a network or a clock.

pub mod answer;
mod complaint;
pub mod debt;
pub mod hold;
pub mod order;
pub mod pause;
pub mod policy;
pub mod sentences;
