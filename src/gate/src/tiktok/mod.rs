//! TikTok's vocabulary: what a second destination would bring of its own.
//!
//! Its names for events, how it wants a person and goods described, what its pixel in the browser
//! is told and what its Events API receives. Nothing here decides whether anything may leave.

pub mod currency;
mod event_name;
pub mod events_api;
pub mod person;
pub mod phone;
mod pixel;
mod properties;
mod sign;
mod user;

pub use event_name::{EventName, EventNameExpected};
pub use pixel::{Identity, TrackCall, TrackOptions};
pub use properties::{Content, Properties, left_out};
pub(crate) use properties::{may_be_told, properties};
pub use user::User;
