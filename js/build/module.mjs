// The module: Rust → wasm → wasm-bindgen → wasm-opt → js/dist/pixel.wasm, with its glue beside it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { ask, at, bin, cargo, cargoWith, Fault, run, state, step, target, wasmTriple } from "./project.mjs";

export const glue = state("module", "assent_pixel.js");
export const wasm = at("js", "dist", "pixel.wasm");
/** The module as the snippet carries it: raw deflate. */
export const deflated = state("module", "pixel.deflate");

const inputs = [
  "Cargo.toml", "Cargo.lock", ".cargo", "rust-toolchain.toml",
  "src/gate/Cargo.toml", "src/gate/src", "src/pixel/Cargo.toml", "src/pixel/src", "src/bindgen", "js/build/module.mjs", "package-lock.json",
];

// The features that rustc's default for the target uses. Never --all-features: it writes an encoding that Chromium refuses.
const features = [
  "--enable-bulk-memory", "--enable-bulk-memory-opt", "--enable-sign-ext", "--enable-nontrapping-float-to-int",
  "--enable-mutable-globals", "--enable-reference-types", "--enable-multivalue",
];

// The module is built with a standard library of its own, small, in which a panic is a trap and nothing else: no message,
// no location, and none of the formatting these drag in. That is a quarter of its size. Both are unstable options, so
// RUSTC_BOOTSTRAP lets the pinned stable compiler take them, for this one command.
const smallStd = [
  "-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size",
  "--config", `target.${wasmTriple}.rustflags=["-Zunstable-options", "-Cpanic=immediate-abort"]`,
];

export function buildModule() {
  return step("module (Rust to wasm)", inputs, [wasm, glue, deflated], () => {
    cargo("build", "--locked", "--profile", "tool", "-p", "assent-bindgen");
    // `rustc --crate-type cdylib`: beside an rlib, cargo would leave link-time optimisation out.
    cargoWith({ RUSTC_BOOTSTRAP: "1" }, "rustc", "--locked", "-p", "assent-pixel", "--lib", "--crate-type", "cdylib",
      "--profile", "wasm", "--target", wasmTriple, ...smallStd);
    run(bin("tool", "assent-bindgen"), [
      target(wasmTriple, "wasm", "assent_pixel.wasm"), "--target", "web", "--out-dir", state("module"), "--out-name", "assent_pixel",
      "--no-typescript", "--omit-default-module-path", "--remove-name-section", "--remove-producers-section",
    ]);
    mkdirSync(at("js", "dist"), { recursive: true });
    shrink(state("module", "assent_pixel_bg.wasm"), wasm);
    run(bin("tool", "assent-deflate"), [wasm, deflated]);
    // Marked an ES module without side effects: Node's tests can import it, and esbuild can leave out what is not used.
    writeFileSync(state("module", "package.json"), '{"type":"module","sideEffects":false}\n');
  });
}

/** wasm-opt, then names of a letter or two for imports and exports; the glue is told the same ones. */
function shrink(from, to) {
  const wasmOpt = [at("node_modules", "binaryen", "bin", "wasm-opt"), ...features];
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  run(process.execPath, [...wasmOpt, from, "-Oz", "--converge", ...strip, "-o", to]);
  // A run of its own: with --converge it would rename what it has renamed.
  const renamed = ask(process.execPath, [...wasmOpt, to, "--minify-imports-and-exports-and-modules", "-o", to]);
  if (renamed === null) throw new Fault(`wasm-opt failed on ${to}`);
  const { imports, exports } = JSON.parse(renamed);
  const importNames = new Map(imports.map(([, name, short]) => [name, short]));
  const exportNames = new Map(exports);
  const text = readFileSync(glue, "utf8")
    .replace(/"\.\/assent_pixel_bg\.js": /, "a: ")
    .replace(/^( +)(\w+)(?=: function\()/gm, (all, indent, name) => indent + (importNames.get(name) ?? name))
    .replace(/\bwasm\.(\w+)/g, (all, name) => `wasm.${exportNames.get(name) ?? name}`);
  writeFileSync(glue, text);
  checkNames(text, to, importNames.size);
}

/** A name missed in the glue would be found in the browser only. */
function checkNames(text, file, imported) {
  const module = new WebAssembly.Module(readFileSync(file));
  const given = new Set([...text.matchAll(/^ +(\w+): function\(/gm)].map(([, name]) => name));
  const lacking = WebAssembly.Module.imports(module).filter(({ module: from, name }) => from !== "a" || !given.has(name));
  const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const unknown = [...text.matchAll(/\bwasm\.(\w+)/g)].filter(([, name]) => !exported.has(name));
  if (lacking.length + unknown.length > 0 || imported === 0) {
    throw new Fault(`the glue and ${file} do not fit: ${JSON.stringify({ lacking, unknown: unknown.map(([text]) => text) })}`);
  }
}
