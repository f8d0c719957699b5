//! Shell 1: the gate inside Shopify's Customer Events sandbox.
//!
//! It translates: JavaScript objects into the gate's tree, plans into JavaScript objects. It
//! decides nothing, and it never throws: what cannot be read comes back as a plan that says so. The
//! JavaScript around it (`js/src`) reads the device, carries plans out, and stands guard against a
//! trap.

mod json;
mod object;
mod pixel;

pub use pixel::Pixel;

/// The standard library's allocator would be a twentieth of the module.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
