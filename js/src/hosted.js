// The custom pixel, hosted: the room is pasted, with the address of the module and its hash. When
// it opens, the module comes out of the shop's localStorage, where an earlier page with a grant has
// kept it (keep.js), or from the endpoint; under another hash it never runs.
import { enter } from "./enter.js";
import { wait } from "./room.js";

/* global analytics, browser, init, api, ASSENT, ASSENT_MODULE */
const { url, integrity } = ASSENT_MODULE;
const warn = (what) => console.warn(`[assent] ${what}`);
const { customerPrivacy } = api;
const room = { analytics, browser, init, customerPrivacy, settings: ASSENT, integrity };

async function load() {
  try {
    const [hash, text] = (await browser.localStorage.getItem("assent.module")).split(" ");
    if (hash === integrity) {
      const kept = new Response(Uint8Array.fromBase64(text)).body;
      // Not by writer and reader, which saves 4 ms and takes 200 bytes more.
      const bytes = await new Response(
        kept.pipeThrough(new DecompressionStream("deflate-raw")),
      ).arrayBuffer();
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
      if (`sha256-${digest.toBase64()}` === integrity) return bytes;
      warn("assent.module has another hash, and is loaded anew");
    }
  } catch {} // nothing is kept, or the browser cannot check it
  // An answer that says what is wrong has another hash too: the browser's console names its address.
  const answer = await fetch(url, { integrity, credentials: "omit" });
  room.fetched = await answer.arrayBuffer();
  return room.fetched;
}

wait(room, load, true)
  .then((bytes) => enter(bytes, room))
  .catch((error) => warn(`nothing is sent: ${error?.message || error}`));
