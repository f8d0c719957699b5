//! Shell 1: the gate inside Shopify's Customer Events sandbox.
//!
//! It translates: JSON into the gate's tree, plans into JSON. It decides nothing, and it never
//! throws, except for settings that cannot be read. The JavaScript around it (`js/src`) reads the
//! device, carries plans out, and stands guard against a trap.

#[cfg(any(target_arch = "wasm32", test))]
mod blocks;
mod json;
#[cfg(target_arch = "wasm32")]
mod memory;
mod page;
mod tree;

pub use page::{ask, open};

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static BLOCKS: blocks::Blocks<memory::Wasm> = blocks::Blocks::new(memory::Wasm);
