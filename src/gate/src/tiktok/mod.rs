//! TikTok's vocabulary: what a second destination would bring of its own.

pub mod currency;
mod event_name;
pub mod events_api;
pub mod person;
pub mod phone;

pub use event_name::{EventNameExpected, Name};
