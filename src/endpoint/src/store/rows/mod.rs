//! The tables: one file each, with all SQL on it.

pub(in crate::store) mod event;
pub(in crate::store) mod order;
pub mod pixel;
pub mod shop;
