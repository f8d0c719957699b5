//! Embeds what `npm run build` makes of js/, as `src/dist.rs` names it. What is not there is
//! `None`: the crate still compiles, and whoever asks for it is told what to run.

use std::path::Path;
use std::{env, fs};

/// Constant, file, how it is embedded, and its type.
const FILES: [(&str, &str, &str, &str); 6] = [
    ("SNIPPET", "snippet.js", "include_str", "&str"),
    ("HOSTED", "hosted.js", "include_str", "&str"),
    ("HOSTED_DEBUG", "hosted-debug.js", "include_str", "&str"),
    ("PROBE", "probe.js", "include_str", "&str"),
    ("MODULE_BYTES", "assent.wasm", "include_bytes", "&[u8]"),
    ("MODULE_BROTLI", "assent.wasm.br", "include_bytes", "&[u8]"),
];

fn main() {
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let js = Path::new(&here).join("../../js");
    println!("cargo::rerun-if-changed=build.rs");
    let mut constants = String::new();
    for (name, file, include, kind) in FILES {
        let path = js.join("dist").join(file);
        // A path that is not there would make cargo run this every time.
        let watched = if path.exists() { &path } else { &js };
        if watched.exists() {
            println!("cargo::rerun-if-changed={}", watched.display());
        }
        let value =
            if path.exists() { format!("Some({include}!({path:?}))") } else { "None".to_owned() };
        constants += &format!("pub(crate) const {name}: Option<{kind}> = {value};\n");
    }
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("dist.rs");
    fs::write(out, constants).expect("cargo's own directory can be written");
}
