// The module: Rust → wasm → wasm-bindgen → wasm-opt → js/dist/pixel.wasm, with its glue beside it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { named, trimmed } from "./glue.mjs";
import { namedByLikeness } from "./order.mjs";
import {
  ask,
  at,
  bin,
  cargoWith,
  Fault,
  run,
  state,
  step,
  target,
  wasmTriple,
} from "./project.mjs";
import { withoutUncalled } from "./table.mjs";
import { buildTool, undisturbed } from "./tool.mjs";

export const glue = state("module", "assent_pixel.js");
export const wasm = at("js", "dist", "pixel.wasm");
export const strict = {
  glue: state("strict", "assent_pixel.js"),
  wasm: state("strict", "assent_pixel_bg.wasm"),
};

const inputs = [
  "Cargo.toml",
  "Cargo.lock",
  ".cargo",
  "rust-toolchain.toml",
  "src/gate/Cargo.toml",
  "src/gate/src",
  "src/pixel/Cargo.toml",
  "src/pixel/src",
  "src/bindgen",
  "js/build/module.mjs",
  "js/build/glue.mjs",
  "js/build/order.mjs",
  "js/build/table.mjs",
  "js/build/tool.mjs",
  "js/build/wasm-file.mjs",
  "package-lock.json",
];

// The features that rustc's default for the target uses. Never --all-features: it writes an
// encoding that Chromium refuses (docs/facts/engines.md#building).
const features = [
  "--enable-bulk-memory",
  "--enable-bulk-memory-opt",
  "--enable-sign-ext",
  "--enable-nontrapping-float-to-int",
  "--enable-mutable-globals",
  "--enable-reference-types",
  "--enable-multivalue",
];

// LLVM inlines what is called once, whatever its size. Where both have much on the stack, one
// function with a big frame is longer than two: most of its accesses then need an offset of two
// bytes. And four of its passes, made for speed, keep values alive for longer, in ever more locals:
// the code gets hardly longer, but less alike. (The last is the one that gives each use of a loop's
// counter a counter of its own.)
const llvm =
  "-inline-max-stacksize=128 -inline-threshold=5 -opt-disable=licm,gvn,correlated-propagation -disable-lsr";

// The deepest there is: a question nested 64 levels (src/gate/src/json.rs), which takes a tenth of it.
// rustc's own megabyte would be most of the memory of a page.
const stack = "-Clink-arg=-zstack-size=131072";

// The module is built with a standard library of its own, small, in which a panic is a trap and
// nothing else: no message, no location, and none of the formatting these drag in. That is a
// quarter of its size. Both are unstable options, so RUSTC_BOOTSTRAP lets the pinned stable
// compiler take them, for this one command.
const smallStd = (flags) => [
  "-Zbuild-std=std,panic_abort",
  "-Zbuild-std-features=optimize_for_size",
  "--config",
  `target.${wasmTriple}.rustflags=${JSON.stringify(["-Zunstable-options", "-Cpanic=immediate-abort", stack, `-Cllvm-args=${llvm}`, ...flags])}`,
];

/** Rust to wasm; `flags` are more of rustc's, `options` of cargo's. */
export function compile({ flags = [], options = [] } = {}) {
  // `rustc --crate-type cdylib`: beside an rlib, cargo would leave link-time optimisation out.
  cargoWith(
    { ...undisturbed(), RUSTC_BOOTSTRAP: "1" },
    "rustc",
    "--locked",
    "-p",
    "assent-pixel",
    "--lib",
    "--crate-type",
    "cdylib",
    "--profile",
    "wasm",
    "--target",
    wasmTriple,
    ...smallStd(flags),
    ...options,
  );
}

export function buildModule() {
  return step("module (Rust to wasm)", inputs, [wasm, glue], () => {
    buildTool();
    compile();
    bind(target(wasmTriple, "wasm", "assent_pixel.wasm"), state("module"));
    mkdirSync(at("js", "dist"), { recursive: true });
    shrink(state("module", "assent_pixel_bg.wasm"), wasm);
  });
}

/** For tests: the module whose allocator sweeps before every question and overwrites what it frees
 *  (src/pixel/src/blocks.rs). */
export function buildStrictModule() {
  return step("strict module (Rust to wasm)", inputs, [strict.wasm, strict.glue], () => {
    buildTool();
    compile({ options: ["--features", "strict"] });
    bind(target(wasmTriple, "wasm", "assent_pixel.wasm"), state("strict"));
  });
}

function bind(file, folder) {
  run(bin("tool", "assent-bindgen"), [
    file,
    "--target",
    "web",
    "--out-dir",
    folder,
    "--out-name",
    "assent_pixel",
    "--no-typescript",
    "--omit-default-module-path",
    "--remove-producers-section",
  ]);
  // Marked an ES module without side effects: Node's tests can import it, and esbuild can leave
  // out what is not used.
  writeFileSync(path.join(folder, "package.json"), '{"type":"module","sideEffects":false}\n');
}

/** Cuts the glue, the table and the exports to what is used, runs wasm-opt, then shortens the names
 *  of imports and exports in module and glue. */
function shrink(from, to) {
  const wasmOpt = [at("node_modules", "binaryen", "bin", "wasm-opt"), ...features];
  const strip = ["--strip-debug", "--strip-producers", "--strip-target-features"];
  const own = trimmed(readFileSync(glue, "utf8"));
  writeFileSync(from, withoutUncalled(readFileSync(from), own));
  for (const name of unused(from, own))
    run(process.execPath, [...wasmOpt, from, `--remove-exports=${name}`, "-o", from]);
  // For the reasons given at `llvm` above, only small functions are inlined for having one caller,
  // and common subexpressions stay where they are. Zeros in the data cost nothing deflated; split
  // around them, its segments would. In the first kilobyte there is only the end of the stack, so
  // that wasm-opt may fold an address into the offset of its access (--low-memory-unused).
  const size = [
    "--one-caller-inline-max-function-size=80",
    "--skip-pass=local-cse",
    "--skip-pass=memory-packing",
    "--low-memory-unused",
    "-Oz",
    "--converge",
  ];
  run(process.execPath, [...wasmOpt, from, ...size, ...strip, "-o", to]);
  // Twice: a call has its function's place for a number, so the first time changes what is alike.
  const sorted = ["--reorder-functions-by-name", "--strip-debug"];
  for (let time = 0; time < 2; time++) {
    writeFileSync(to, namedByLikeness(readFileSync(to)));
    run(process.execPath, [...wasmOpt, to, ...sorted, "-o", to]);
  }
  // A run of its own: with --converge it would rename its own new names.
  const renamed = ask(process.execPath, [
    ...wasmOpt,
    to,
    "--minify-imports-and-exports-and-modules",
    "-o",
    to,
  ]);
  if (renamed === null) throw new Fault(`wasm-opt failed on ${to}`);
  const { imports, exports } = JSON.parse(renamed);
  const importNames = new Map(imports.map(([, name, short]) => [name, short]));
  const exportNames = new Map(exports);
  const text = own
    .replace(/"\.\/assent_pixel_bg\.js": /, "a: ")
    .replace(
      /^( +)(\w+)(?=: function\()/gm,
      (_, indent, name) => indent + (importNames.get(name) ?? name),
    )
    .replace(/\bwasm\.(\w+)/g, (_, name) => `wasm.${exportNames.get(name) ?? name}`);
  writeFileSync(glue, text);
  checkNames(text, to, importNames.size);
}

/** Exports that the glue does not use. wasm-opt then drops the code that only they reach. */
function unused(file, glueText) {
  const wanted = named(glueText);
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(file)));
  return exported.map(({ name }) => name).filter((name) => !wanted.has(name));
}

/** Without this, a name that was not replaced in the glue would fail in the browser only. */
function checkNames(text, file, imported) {
  const module = new WebAssembly.Module(readFileSync(file));
  const given = new Set([...text.matchAll(/^ +(\w+): function\(/gm)].map(([, name]) => name));
  const lacking = WebAssembly.Module.imports(module).filter(
    ({ module: from, name }) => from !== "a" || !given.has(name),
  );
  const exported = new Set(WebAssembly.Module.exports(module).map(({ name }) => name));
  const unknown = [...named(text)].filter((name) => !exported.has(name));
  if (lacking.length + unknown.length > 0 || imported === 0) {
    throw new Fault(`the glue and ${file} do not fit: ${JSON.stringify({ lacking, unknown })}`);
  }
}
