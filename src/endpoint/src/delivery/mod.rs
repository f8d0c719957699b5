//! The only way out to TikTok: [`tiktok`] speaks to it; a [`courier`] per shop carries out
//! what [`crate::rules`] say.

pub mod courier;
mod flights;
mod retry_after;
pub mod tiktok;
