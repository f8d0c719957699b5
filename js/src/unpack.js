/** Where js/src/unpacker.wat puts the file. */
const file = 0x80000;

/**
 * Unpacks what js/build/pack.mjs has packed. Rejects if the text is damaged, and where the browser
 * cannot (no DecompressionStream, neither WebAssembly nor `instantiate`).
 *
 * Little of this is JavaScript: what runs once runs cold, and a loop over 50,000 characters then
 * takes as long as everything here together (docs/size.md).
 *
 * @param {string} text the unpacker (unpacker.wat) in base64, a blank, and the file: its columns,
 *   deflated with a checksum, armoured
 * @param {typeof import("./translate/instance.js").instantiate} [instantiate] in the place of
 *   WebAssembly
 * @returns {Promise<Uint8Array>}
 */
export async function unpack(text, instantiate = compiled) {
  const [unpacker, armoured] = text.split(" ");
  const { readable, writable } = new DecompressionStream("deflate");
  const { memory, unarmour, join } = instantiate(
    Uint8Array.from(atob(unpacker), (character) => character.charCodeAt()),
  );
  const bytes = new Uint8Array(memory.buffer);
  let length = 0;
  const read = async () => {
    const reader = readable.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      bytes.set(value, length);
      length += value.length;
    }
  };
  try {
    const { written } = new TextEncoder().encodeInto(armoured, bytes);
    const writer = writable.getWriter();
    // A copy: what is inflated takes its place. Not by Blob and Response, which take four times as
    // long.
    const deflated = bytes.slice(0, unarmour(written));
    await Promise.all([writer.write(deflated), writer.close(), read()]);
    return bytes.subarray(file, join(length));
  } catch {
    throw new Error("the module is damaged");
  }
}

// Synchronously: for a module of this size that is faster, in every engine.
const compiled = (bytes) => new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
