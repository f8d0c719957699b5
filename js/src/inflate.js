/**
 * Inflates bytes that were deflated with a checksum (RFC 1950) into the front of `into`; gives how
 * many they are then. Rejects if they are damaged, and where the browser has no
 * DecompressionStream.
 *
 * By writer and reader: by Blob and Response it takes four times as long (docs/size.md).
 *
 * @param {Uint8Array} bytes
 * @param {Uint8Array} into
 * @returns {Promise<number>}
 */
export async function inflate(bytes, into) {
  const { readable, writable } = new DecompressionStream("deflate");
  const [reader, writer] = [readable.getReader(), writable.getWriter()];
  let length = 0;
  const read = async () => {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      into.set(value, length);
      length += value.length;
    }
  };
  try {
    await Promise.all([read(), writer.write(bytes), writer.close()]);
  } catch {
    throw new Error("the module is damaged");
  }
  return length;
}
