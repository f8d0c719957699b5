import { inflate } from "./inflate.js";

/**
 * Unpacks what js/build/pack.mjs has packed. Rejects if the text is damaged, and where the browser
 * cannot (no DecompressionStream, no WebAssembly).
 *
 * Little of this is JavaScript: what runs once runs cold, and a loop over 50,000 characters then
 * takes longer than everything here together (docs/size.md).
 *
 * @param {string} text what undoes the armour (unarmour.wat) in base64, a blank, and the file,
 *   deflated and armoured
 * @returns {Promise<Uint8Array>}
 */
export async function unpack(text) {
  const [first, armoured] = text.split(" ");
  const module = Uint8Array.from(atob(first), (character) => character.charCodeAt());
  // Synchronously: for a module of this size that is faster, in every engine.
  const { memory, unarmour } = new WebAssembly.Instance(new WebAssembly.Module(module)).exports;
  const bytes = new Uint8Array(memory.buffer);
  const { written } = new TextEncoder().encodeInto(armoured, bytes);
  return inflate(bytes.subarray(0, unarmour(written)), new Uint8Array(0x80000));
}
