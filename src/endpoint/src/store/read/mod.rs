//! What only reads: from a connection of its own, which cannot write.

pub(crate) mod customer;
pub mod demands;
pub mod orders;
pub mod pixels;
pub mod receipts;
pub mod story;
