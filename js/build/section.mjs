// js/dist/assent.wasm: the module with the page view's JavaScript (js/src/section.js, bundled)
// behind it, as the custom section `assent`. One file is fetched, checked, kept and compressed.
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { bundle, bundleInputs } from "./bundle.mjs";
import { wasm } from "./module.mjs";
import { at, Fault, step } from "./project.mjs";
import { section } from "./wasm-file.mjs";

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

/** It is evaluated as js/src/enter.js does; a mistake is seen here rather than in a shop. */
function check(code) {
  try {
    new Function("module", "room", code);
  } catch (error) {
    throw new Fault(`js/dist/assent.wasm was not written: ${error.message}`);
  }
}
