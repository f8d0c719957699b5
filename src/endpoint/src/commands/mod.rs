//! The commands of the binary, one file each.

pub mod consent;
pub mod extension;
pub mod forget;
pub mod map;
pub mod receipts;
pub mod report;
pub mod serve;
pub mod snippet;
pub mod webhooks;
pub mod why;
