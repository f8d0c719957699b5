// The builds of the gate that JavaScript can run: by name, how a copy of the glue gets its module.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { glue, wasm } from "../build/module.mjs";
import { instantiate } from "../src/translate/instance.js";

export const builds = {
  WASM: ({ initSync }) => initSync(new WebAssembly.Module(readFileSync(wasm))),
  translated: ({ initSync }) => initSync(new Uint8Array(readFileSync(wasm)), instantiate),
};

let copies = 0;

/** `open` and `ask` of a new instance. The glue holds one instance, so each has a copy of it. */
export async function instance(name) {
  copies += 1;
  const copy = await import(`${pathToFileURL(glue)}?${name}-${copies}`);
  builds[name](copy);
  return copy;
}

/** A page view of the instance, whose page before ends: `ask` takes and gives objects. */
export function page({ open, ask }, settings, start) {
  const keys = open(settings, JSON.stringify({ leg: true, gpc: null, kind: "custom", ...start }));
  return { keys: keys.split("\n"), ask: (question) => JSON.parse(ask(JSON.stringify(question))) };
}
