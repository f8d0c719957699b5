//! What `npm run build` made of js/, embedded by `build.rs`: `SNIPPET` and `LOADER` are pasted,
//! `MODULE` is served (`MODULE_BROTLI`: the same, compressed). Each is `None` in a binary that was
//! built without them.

use std::sync::LazyLock;

use assent_gate::hex::Digest;

include!(concat!(env!("OUT_DIR"), "/dist.rs"));

/// As a refusal says it.
pub(crate) const NOT_BUILT: &str =
    "this binary was built before the module was: run `npm run build` and use the binary it makes";

/// The file's name in the module's address: `module-<hash>.js`, by the start of its SHA-256. A
/// name, not a seal.
pub(crate) static MODULE_FILE: LazyLock<Option<String>> = LazyLock::new(|| {
    MODULE.map(|module| format!("module-{}.js", &Digest::of(module).as_str()[..16]))
});
