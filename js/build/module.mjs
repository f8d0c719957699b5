// The module: Rust → wasm → wasm-bindgen → wasm-opt → js/dist/pixel.wasm, with its glue beside it.
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { at, bin, cargo, run, state, step, target, wasmTriple } from "./project.mjs";

export const glue = state("module", "assent_pixel.js");
export const wasm = at("js", "dist", "pixel.wasm");

const inputs = [
  "Cargo.toml", "Cargo.lock", ".cargo", "rust-toolchain.toml",
  "src/gate/Cargo.toml", "src/gate/src", "src/pixel/Cargo.toml", "src/pixel/src", "src/bindgen", "js/build/module.mjs", "package-lock.json",
];

// The features that rustc's default for the target uses. Never --all-features: it writes an encoding that Chromium refuses.
const features = [
  "--enable-bulk-memory", "--enable-bulk-memory-opt", "--enable-sign-ext", "--enable-nontrapping-float-to-int",
  "--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue",
];

export function buildModule() {
  return step("module (Rust to wasm)", inputs, [wasm, glue], () => {
    cargo("build", "--locked", "-p", "assent-bindgen");
    // `rustc --crate-type cdylib`: beside an rlib, cargo would leave link-time optimisation out.
    cargo("rustc", "--locked", "-p", "assent-pixel", "--lib", "--crate-type", "cdylib", "--profile", "wasm", "--target", wasmTriple);
    run(bin("debug", "assent-bindgen"), [
      target(wasmTriple, "wasm", "assent_pixel.wasm"), "--target", "web", "--out-dir", state("module"), "--out-name", "assent_pixel",
      "--no-typescript", "--omit-default-module-path", "--remove-name-section", "--remove-producers-section",
    ]);
    mkdirSync(at("js", "dist"), { recursive: true });
    const optimised = state("module", "optimised.wasm");
    run(process.execPath, [
      at("node_modules", "binaryen", "bin", "wasm-opt"), state("module", "assent_pixel_bg.wasm"), ...features,
      "-Oz", "--converge", "--strip-debug", "--strip-producers", "-o", optimised,
    ]);
    // Nothing else of the package reads glue; marking it an ES module lets Node's own tests import it.
    writeFileSync(state("module", "package.json"), '{"type":"module","sideEffects":false}\n');
    copyFileSync(optimised, wasm);
  });
}
