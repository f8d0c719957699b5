// js/dist/assent.wasm: a module that has the gate's inside, in columns, and joins them
// (js/src/columns.wat), and the page view's JavaScript (js/src/section.js, bundled), as the custom
// section `assent`. One file is fetched, checked, kept and compressed.
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants } from "node:zlib";
import { joined } from "../src/join.js";
import { bundle, bundleInputs } from "./bundle.mjs";
import { columnsOf } from "./columns.mjs";
import { wasm } from "./module.mjs";
import { at, Fault, step } from "./project.mjs";
import { dataSection, section } from "./wasm-file.mjs";
import { assembled } from "./wat.mjs";

export const assentWasm = at("js", "dist", "assent.wasm");
/** For browsers that accept brotli; over https all do. */
export const assentWasmCompressed = `${assentWasm}.br`;

const sign = "/**/";

/** 64 KB: farther back hardly anything is like it, and then near distances take fewer bits. */
const window = { params: { [constants.BROTLI_PARAM_LGWIN]: 16 } };

export function buildSection() {
  return step(
    "page view inside the module",
    [...bundleInputs, "js/dist/pixel.wasm"],
    [assentWasm, assentWasmCompressed],
    async () => {
      const code = marked(await bundle(at("js", "src", "section.js")));
      const file = inColumns(readFileSync(wasm), code);
      const compressed = brotliCompressSync(file, window);
      writeFileSync(assentWasm, file);
      writeFileSync(assentWasmCompressed, compressed);
      console.log(
        `  js/dist/assent.wasm ${file.length} bytes, ${code.length} of them JavaScript; ${compressed.length} by brotli`,
      );
    },
  );
}

/** A module that joins the columns of the given one; a Fault if that does not come back. The code is
 *  in front: the columns begin with texts, and deflate then has what is like it close by. */
export function inColumns(module, code) {
  const joiner = assembled("columns");
  const header = 8;
  const file = Buffer.concat([
    joiner.subarray(0, header),
    section("assent", code),
    joiner.subarray(header),
    dataSection(columnsOf(module)),
  ]);
  if (Buffer.compare(joined(new WebAssembly.Module(file)), module) !== 0)
    throw new Fault("a module does not come back from its columns: js/build/columns.mjs");
  return file;
}

/** Between signs by which js/src/enter.js finds it. It is evaluated as there; a mistake is seen here
 *  rather than in a shop. */
function marked(code) {
  if (code.includes(sign)) throw new Fault(`js/src/section.js: there is a ${sign} in it`);
  try {
    new Function("bytes", "room", code);
  } catch (error) {
    throw new Fault(`js/dist/assent.wasm was not written: ${error.message}`);
  }
  return Buffer.from(sign + code + sign);
}
