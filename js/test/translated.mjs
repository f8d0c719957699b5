// The module as the strict worker has it, for tests that are given a build of the gate (ASSENT_GATE): the same bytes and
// the same glue, with the translation in the place of WebAssembly.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { glue, wasm } from "../build/module.mjs";
import { instantiate } from "../src/translate/instance.js";

// A copy of its own: the glue holds one module.
const { initSync, Pixel } = await import(`${pathToFileURL(glue)}?translated`);
initSync(new Uint8Array(readFileSync(wasm)), instantiate);
export { Pixel };
