//! What only reads: from a connection of its own, which cannot write.

pub(crate) mod customer;
pub mod orders;
pub mod receipts;
pub mod story;
