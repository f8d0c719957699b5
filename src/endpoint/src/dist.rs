//! What `npm run build` made of js/, embedded by `build.rs`: `SNIPPET`, `HOSTED`, `HOSTED_DEBUG` and `PROBE` are
//! pasted, `MODULE_BYTES` are served (`MODULE_BROTLI`: the same, compressed). Each is `None` in a
//! binary that was built without them.

use std::sync::LazyLock;

use crate::module::Module;

include!(concat!(env!("OUT_DIR"), "/dist.rs"));

/// As a refusal says it.
pub(crate) const NOT_BUILT: &str =
    "this binary was built before the module was: run `npm run build` and use the binary it makes";

/// This endpoint's own module.
pub(crate) static MODULE: LazyLock<Option<Module>> =
    LazyLock::new(|| MODULE_BYTES.map(|bytes| Module::new(bytes, MODULE_BROTLI)));
