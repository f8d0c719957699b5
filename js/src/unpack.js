import { inflate } from "./inflate.js";

/** Where js/src/unpacker.wat puts the file. */
const file = 0x80000;

/**
 * Unpacks what js/build/pack.mjs has packed. Rejects if the text is damaged, and where the browser
 * cannot (no DecompressionStream, no WebAssembly).
 *
 * Little of this is JavaScript: what runs once runs cold, and a loop over 50,000 characters then
 * takes longer than everything here together (docs/size.md).
 *
 * @param {string} text the unpacker (unpacker.wat) in base64, a blank, and the file: its columns,
 *   deflated, armoured
 * @returns {Promise<Uint8Array>}
 */
export async function unpack(text) {
  const [unpacker, armoured] = text.split(" ");
  const module = Uint8Array.from(atob(unpacker), (character) => character.charCodeAt());
  // Synchronously: for a module of this size that is faster, in every engine.
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(module));
  const bytes = new Uint8Array(exports.memory.buffer);
  const { written } = new TextEncoder().encodeInto(armoured, bytes);
  // A copy: what is inflated takes its place.
  const deflated = bytes.slice(0, exports.unarmour(written));
  const { length } = await inflate(deflated, bytes);
  return bytes.subarray(file, exports.join(length));
}
