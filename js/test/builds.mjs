// The builds of the gate that JavaScript can run: by name, how a copy of the glue gets its module.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { glue, wasm } from "../build/module.mjs";
import { instantiate } from "../src/translate/instance.js";

export const builds = {
  WASM: ({ initSync }) => initSync(readFileSync(wasm)),
  translated: ({ initSync }) => initSync(new Uint8Array(readFileSync(wasm)), instantiate),
};

let copies = 0;

/** `Pixel` of a new instance. The glue holds one instance, so each has a copy of the glue. */
export async function instance(name) {
  copies += 1;
  const copy = await import(`${pathToFileURL(glue)}?${name}-${copies}`);
  builds[name](copy);
  return copy.Pixel;
}
