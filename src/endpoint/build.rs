//! Embeds the finished snippet, `js/dist/snippet.js`, if `npm run build` has made it. Without it the crate still
//! compiles, and `assent snippet` says what to run.

use std::path::Path;
use std::{env, fs};

fn main() {
    let here = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let js = Path::new(&here).join("../../js");
    let snippet = js.join("dist/snippet.js");
    println!("cargo::rerun-if-changed=build.rs");
    // A path that is not there would make cargo run this every time.
    let watched = if snippet.exists() { &snippet } else { &js };
    if watched.exists() {
        println!("cargo::rerun-if-changed={}", watched.display());
    }
    let text = fs::read_to_string(&snippet).ok();
    let out = Path::new(&env::var("OUT_DIR").expect("cargo sets it")).join("snippet.rs");
    fs::write(out, format!("{text:?}")).expect("cargo's own directory can be written");
}
