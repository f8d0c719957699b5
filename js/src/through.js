/**
 * What a (de)compression stream makes of the bytes, in the front of `into`. Rejects if they are
 * damaged.
 *
 * By writer and reader: by Blob and Response it takes four times as long (docs/size.md).
 *
 * @param {{ readable: ReadableStream, writable: WritableStream }} stream
 * @param {Uint8Array} bytes
 * @param {Uint8Array} into
 * @returns {Promise<Uint8Array>}
 */
export async function through({ readable, writable }, bytes, into) {
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
  await Promise.all([read(), writer.write(bytes), writer.close()]);
  return into.subarray(0, length);
}
