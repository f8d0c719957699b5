// js/dist/assent.wasm: the module with the page view's JavaScript (js/src/section.js, bundled)
// behind it, as the custom section `assent`. One file is fetched, checked, kept and compressed.
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { bundle, bundleInputs } from "./bundle.mjs";
import { wasm } from "./module.mjs";
import { at, Fault, step } from "./project.mjs";

export const assentWasm = at("js", "dist", "assent.wasm");
/** For browsers that accept brotli; over https all do. */
export const assentWasmCompressed = `${assentWasm}.br`;

export function buildSection() {
  return step(
    "page view inside the module",
    [...bundleInputs, "js/dist/pixel.wasm"],
    [assentWasm, assentWasmCompressed],
    async () => {
      const code = Buffer.from(await bundle(at("js", "src", "section.js")));
      check(code);
      const file = Buffer.concat([readFileSync(wasm), section("assent", code)]);
      const compressed = brotliCompressSync(file);
      writeFileSync(assentWasm, file);
      writeFileSync(assentWasmCompressed, compressed);
      console.log(
        `  js/dist/assent.wasm ${file.length} bytes, ${code.length} of them JavaScript; ${compressed.length} by brotli`,
      );
    },
  );
}

/** A custom section (WebAssembly 2.0, 5.5.3): its id, the size of what follows, its name, bytes. */
export function section(name, bytes) {
  const content = Buffer.concat([leb(name.length), Buffer.from(name), bytes]);
  return Buffer.concat([Buffer.of(0), leb(content.length), content]);
}

/** LEB128, unsigned. */
function leb(number) {
  return number < 128
    ? Buffer.of(number)
    : Buffer.concat([Buffer.of((number & 127) | 128), leb(number >> 7)]);
}

/** It is evaluated as js/src/enter.js does; a mistake is seen here rather than in a shop. */
function check(code) {
  try {
    new Function("module", "room", code);
  } catch (error) {
    throw new Fault(`js/dist/assent.wasm was not written: ${error.message}`);
  }
}
