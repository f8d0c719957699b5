//! From debt to end. [`debt`], [`pause`], [`hold`], [`order`] and [`answer`] are tables, pure and tested as such; [`tiktok`] speaks
//! to the network; a [`courier`] per shop carries out what the tables say.

pub mod answer;
pub mod courier;
pub mod debt;
mod flights;
pub mod hold;
pub mod order;
pub mod pause;
pub mod tiktok;
