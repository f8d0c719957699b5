//! Shell 1: the gate inside Shopify's Customer Events sandbox.
//!
//! It translates: JSON into the gate's tree, plans into JSON. It decides nothing, and it never
//! throws, except for settings that cannot be read. The JavaScript around it (`js/src`) reads the
//! device, carries plans out, and stands guard against a trap.

mod json;
mod page;
mod tree;

pub use page::{ask, open};

/// The standard library's allocator would be a twentieth of the module.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
