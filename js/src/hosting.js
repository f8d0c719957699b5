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

/** What an earlier page has kept under a key; under none, the cookies. */
const stored = async (key) =>
  key ? browser.localStorage.getItem(`assent.${key}`) : browser.cookie.get();
/** For whatever Shopify's page is asked. */
const inTime = (asked) =>
  Promise.race([
    asked,
    new Promise((_, reject) => setTimeout(reject, 1e4, "no answer within 10 s")),
  ]);

/** Looks whether there can be anything to do. Without both permissions the gate grants nothing. */
const consider = async (told, after = 1) => {
  try {
    const privacy = told?.customerPrivacy;
    if (privacy?.marketingAllowed === true && privacy.saleOfDataAllowed === true) open();
    if (room.isOpen) return;
    const keys = ["", "fired", "outbox", "bridge", "withdrawn"];
    const asked = Promise.allSettled(keys.map(stored));
    // Undefined is what could not be read; null is not there.
    const [cookie, ...found] = (await inTime(asked).catch(() => [])).map((one) => one.value);
    room.hear("cookie", cookie);
    // Not by a regular expression: the first one of a page takes 0.1 ms.
    const has = (name) => `; ${cookie}`.includes(`; ${name}=`);
    if (has("_assent") || has("_assent_c") || found.some((one) => one)) open();
    // Not opened, as room.js is: a request would leave for it. Looked at again after 1, 2, 4, … 32 s.
    else if ((!cookie?.at || found.includes()) && after < 64)
      setTimeout(consider, after * 1e3, told, after * 2);
  } catch {} // a getter that throws: it says nothing
};

const listen = async (bus, name, kind) =>
  bus.subscribe(name, (told) => {
    room.hear(kind, told);
    if (kind !== "event") consider(told);
  });

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
Promise.all([
  opened.then(load),
  inTime(
    Promise.all([
      listen(api.customerPrivacy, "visitorConsentCollected", "privacy"),
      listen(analytics, "assent:consent", "bridge"),
      // All standard events by one, so that Shopify replays them in their order.
      listen(analytics, "all_standard_events", "event"),
      ASSENT.customEvents && listen(analytics, "all_custom_events", "event"),
    ]),
  ),
])
  .then(([bytes]) => {
    // As enter.js does.
    const code = new TextDecoder().decode(bytes).split("/**/")[1];
    new Function("bytes", "room", code)(bytes, room);
  })
  .catch((error) => {
    open = room.hear = () => {};
    console.warn(`[assent] nothing is sent: ${error?.message || error}`);
  });
