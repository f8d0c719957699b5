//! Shell 1: the gate inside Shopify's Customer Events sandbox.
//!
//! It translates: JSON into the gate's tree, plans into JSON. It decides nothing, and it never
//! throws, except for settings that cannot be read. The JavaScript around it (`js/src`) reads the
//! device, carries plans out, and stands guard against a trap.

#[cfg(target_arch = "wasm32")]
mod blocks;
mod json;
mod page;
mod tree;

pub use page::{ask, open};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static BLOCKS: blocks::Blocks = blocks::Blocks::new();
