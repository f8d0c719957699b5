import { through } from "./through.js";

/**
 * Keeps a hosted module in the shop's localStorage, for hosted.js to find: its hash as it was
 * pasted, then the module, deflated, in base64. Not where the browser could not check it when
 * it comes back: there it is fetched each time.
 *
 * @param {import("./room.js").Room & { fetched?: ArrayBuffer, integrity?: string }} room
 */
export async function keep(room) {
  const { browser, fetched, integrity } = room;
  if (!fetched || !globalThis.crypto?.subtle || !Uint8Array.fromBase64) return;
  const bytes = new Uint8Array(fetched);
  const into = new Uint8Array(2 * bytes.length);
  const deflated = await through(new CompressionStream("deflate"), bytes, into);
  // A withdrawal may have come meanwhile (page.js).
  if (!room.fetched) return;
  await browser.localStorage.setItem("assent.module", `${integrity} ${deflated.toBase64()}`);
}
