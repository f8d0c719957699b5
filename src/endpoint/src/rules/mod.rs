//! What may happen, as tables: pure, without a store, a network or a clock.

pub mod account;
pub mod addresses;
pub mod advice;
pub mod answer;
pub mod breaker;
pub mod clock;
mod complaint;
pub mod debt;
pub mod got;
pub mod hold;
pub mod mode;
pub mod named;
pub mod no;
pub mod order;
pub mod pause;
pub mod payloads;
pub mod policy;
pub mod refused;
pub mod sentences;
pub mod silence;
pub mod tools;
pub mod way;
