//! The only way out to TikTok: [`tiktok`] speaks to it; a [`courier`] per shop carries out
//! what [`crate::rules`] say. What it does in which order is [`queue`], [`way`] and [`flight`],
//! which know neither network nor time.

pub mod bell;
pub mod courier;
pub mod flight;
mod flights;
pub mod queue;
mod retry_after;
pub mod tiktok;
pub mod way;
