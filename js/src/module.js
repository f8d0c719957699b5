import { unpack } from "./unpack.js";

/**
 * Unpacks and instantiates the module. Rejects where the browser cannot (no DecompressionStream,
 * neither WebAssembly nor `how`, a Content-Security-Policy that forbids it): then nothing runs.
 *
 * @param {{ initSync(module: BufferSource, how?: Function): void }} glue wasm-bindgen's, as
 *   js/build/glue.mjs leaves it
 * @param {string} packed the module (unpack.js)
 * @param {typeof import("./translate/instance.js").instantiate} [how] in the place of WebAssembly
 */
export async function instantiate(glue, packed, how) {
  glue.initSync(await unpack(packed, how), how);
}
