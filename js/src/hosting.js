// The custom pixel, hosted: a waiting room as room.js is one, and what comes by the module when it
// opens: out of the shop's localStorage, where an earlier page with a grant has kept it (keep.js), or
// from the endpoint. Under another hash than the pasted one nothing runs.
//
// Every byte here is pasted, and taken by every page view. So it is a room of its own, written for
// that alone, and whatever is needed only once it has opened is in the module (waited.js). The tests
// of room.js are held against it too. Two texts are made of it: hosted.js and hosted-debug.js.

/* global analytics, browser, init, api, ASSENT, ASSENT_MODULE */
const integrity = ASSENT_MODULE;
let open;
const opened = new Promise((resolve) => {
  open = () => {
    room.isOpen = true;
    resolve();
  };
});
/** `heard` has what it heard and the cookies that it saw, in order, each as it came and with its time
 *  in milliseconds. */
export const room = { analytics, browser, init, settings: ASSENT, integrity, heard: [] };
room.hear = (...heard) => room.heard.push([...heard, Date.now()]);

const stored = async (key) => browser.localStorage.getItem(`assent.${key}`);
const look = async (after) => {
  if (room.isOpen) return;
  const asked = Promise.allSettled([
    (async () => browser.cookie.get())(),
    ...["fired", "outbox", "bridge", "withdrawn"].map(stored),
  ]);
  // No answer in ten seconds is an unreadable one.
  const late = new Promise((resolve) => setTimeout(resolve, 1e4, []));
  // Undefined is what could not be read; null is not there.
  const [cookie, ...found] = (await Promise.race([asked, late])).map(({ value }) => value);
  room.hear("cookie", cookie);
  // Not by a regular expression: the first one of a page takes 0.1 ms.
  const has = (name) => `; ${cookie}`.includes(`; ${name}=`);
  if (has("_assent") || has("_assent_c") || found.some(Boolean)) open();
  // Not opened, as room.js is: a request would leave for it. Looked at again after 1, 2, 4, … 32 s.
  else if ((!cookie?.at || found.includes()) && after < 64)
    setTimeout(look, after * 1e3, after * 2);
};

/** Looks whether there can be anything to do. Without both permissions the gate grants nothing. */
const consider = async (told) => {
  const privacy = told?.customerPrivacy;
  if (privacy?.marketingAllowed === true && privacy.saleOfDataAllowed === true) open();
  else look(1);
};

const listen = (bus, name, kind) =>
  bus.subscribe(name, (told) => {
    room.hear(kind, told);
    // A getter that throws says nothing.
    if (kind !== "event") consider(told).catch(() => {});
  });
const subscribe = async () =>
  Promise.all([
    listen(api.customerPrivacy, "visitorConsentCollected", "privacy"),
    listen(analytics, "assent:consent", "bridge"),
    // All standard events by one, so that Shopify replays them in their order.
    listen(analytics, "all_standard_events", "event"),
    ASSENT.customEvents && listen(analytics, "all_custom_events", "event"),
  ]);

const load = async () => {
  try {
    // In what is kept under another hash there is nothing behind this one.
    const [, text] = (await stored("module")).split(`${integrity} `);
    const kept = new Response(Uint8Array.fromBase64(text)).body;
    // Not by writer and reader, which saves 4 ms and takes 200 bytes more.
    const bytes = await new Response(
      kept.pipeThrough(new DecompressionStream("deflate")),
    ).arrayBuffer();
    room.digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toBase64();
    if (integrity.endsWith(room.digest)) return bytes;
  } catch {} // nothing is kept, or the browser cannot check it
  // An answer that says what is wrong has another hash too: the browser's console names its address.
  const url = `${ASSENT.endpoint}/v1/module-${integrity.replaceAll("/", "_")}.wasm`;
  return (await fetch(url, { integrity, credentials: "omit" })).arrayBuffer();
};

consider(init);
// Without one of the subscriptions a withdrawal could be missed.
Promise.all([opened.then(load), subscribe()])
  .then(([bytes]) => {
    // As enter.js does.
    const code = new TextDecoder().decode(bytes).split("/**/")[1];
    new Function("bytes", "room", code)(bytes, room);
  })
  .catch((error) => {
    open = room.hear = () => {};
    console.warn(`[assent] nothing is sent: ${error?.message || error}`);
  });
