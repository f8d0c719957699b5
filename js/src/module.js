import { bytesOf } from "./armour.js";
import { joined } from "./columns.js";

/**
 * Unpacks and instantiates the module. Rejects where the browser cannot (no DecompressionStream,
 * neither WebAssembly nor `how`, a Content-Security-Policy that forbids it): then nothing runs.
 *
 * @param {{ initSync(module: BufferSource, how?: Function): void }} glue wasm-bindgen's, as
 *   js/build/glue.mjs leaves it
 * @param {string} packed the module: its columns (columns.js), raw-deflated, armoured (armour.js)
 * @param {typeof import("./translate/instance.js").instantiate} [how] in the place of WebAssembly
 */
export async function instantiate(glue, packed, how) {
  const unpacked = new Blob([bytesOf(packed)])
    .stream()
    .pipeThrough(new DecompressionStream("deflate-raw"));
  // Compiled synchronously: for a module of this size that is twice as fast as asynchronously, in
  // every engine.
  glue.initSync(joined(await new Response(unpacked).arrayBuffer()), how);
}
