//! The tables: one file each, with all SQL on it.

pub(in crate::store) mod day;
pub(in crate::store) mod event;
pub(in crate::store) mod order;
pub(in crate::store) mod pixel;
pub mod shop;
