// `node tests/tools/wasm2js.mjs`: what the gate would weigh translated by binaryen's wasm2js when
// it is built, in bytes. The extension carries pixel.wasm and translates it on the device
// (js/src/translate) because of these figures (docs/size.md).
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { armour } from "../../js/build/armour.mjs";
import { extensionLimit } from "../../js/build/extension.mjs";
import { compile } from "../../js/build/module.mjs";
import { at, bin, main, run, setUp, state, target, wasmTriple } from "../../js/build/project.mjs";
import { buildTool } from "../../js/build/tool.mjs";

const folder = state("wasm2js");
const binaryen = (tool) => at("node_modules", "binaryen", "bin", tool);

await main(async () => {
  setUp();
  mkdirSync(folder, { recursive: true });
  buildTool();
  // Built without anything that wasm2js does not know, also in the standard library's own code.
  compile({
    flags: ["-Ctarget-cpu=mvp", "-Ctarget-feature=+mutable-globals"],
    options: ["--target-dir", target("mvp")],
  });
  run(bin("tool", "assent-bindgen"), [
    target("mvp", wasmTriple, "wasm", "assent_pixel.wasm"),
    "--target",
    "bundler",
    "--out-dir",
    folder,
    "--out-name",
    "assent_pixel",
    "--no-typescript",
    "--remove-name-section",
    "--remove-producers-section",
  ]);
  const [lowered, translated] = [
    path.join(folder, "lowered.wasm"),
    path.join(folder, "translated.js"),
  ];
  run(process.execPath, [
    binaryen("wasm-opt"),
    path.join(folder, "assent_pixel_bg.wasm"),
    "--one-caller-inline-max-function-size=80",
    "--low-memory-unused",
    "-Oz",
    "--converge",
    "--strip-debug",
    "--strip-producers",
    "--strip-target-features",
    "-o",
    lowered,
  ]);
  run(process.execPath, [binaryen("wasm2js"), "-Oz", lowered, "-o", translated]);
  const { transform } = await import("esbuild");
  const { code } = await transform(readFileSync(translated, "utf8"), {
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
  });
  writeFileSync(path.join(folder, "minified.js"), code);
  run(bin("tool", "assent-deflate"), [
    path.join(folder, "minified.js"),
    path.join(folder, "minified.deflate"),
  ]);
  const deflated = readFileSync(path.join(folder, "minified.deflate"));
  const rows = {
    "wasm2js -Oz, minified": code.length,
    "  gzip": gzipSync(code, { level: 9 }).length,
    "  brotli": brotliCompressSync(code).length,
    "  packed as the module is (zopfli, as text)": armour(deflated).length,
    "the extension may have": extensionLimit,
  };
  for (const [name, bytes] of Object.entries(rows))
    console.log(`${name.padEnd(46)}${bytes.toLocaleString("en").padStart(9)}`);
});
