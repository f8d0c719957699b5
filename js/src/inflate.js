import { through } from "./through.js";

/**
 * Inflates bytes that were deflated with a checksum (RFC 1950) into the front of `into`. Rejects
 * if they are damaged, and where the browser has no DecompressionStream.
 */
export async function inflate(bytes, into) {
  const stream = new DecompressionStream("deflate");
  try {
    return await through(stream, bytes, into);
  } catch {
    throw new Error("the module is damaged");
  }
}
