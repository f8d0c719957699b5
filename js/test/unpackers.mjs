// The two ways in which js/src/unpacker.wat runs: as it is, and translated to JavaScript.
import { assembled } from "../build/pack.mjs";
import { instantiate } from "../src/translate/instance.js";

const unpacker = new Uint8Array(assembled());
const module = new WebAssembly.Module(unpacker);

/** New instances, by name. */
export const ways = {
  WASM: () => new WebAssembly.Instance(module).exports,
  translated: () => instantiate(unpacker),
};
