// The shop's cookies and localStorage, over Shopify's asynchronous `browser` API, read live every time: the frame's own
// `document.cookie` and `localStorage` are snapshots.

const keys = { fired: "assent.fired", outbox: "assent.outbox", withdrawn: "assent.withdrawn" };

/** `{cookie, fired, outbox, withdrawn}`; what cannot be read is absent. */
export async function readJar(browser) {
  const read = (get) => Promise.resolve().then(get).catch(() => undefined);
  const entries = Object.entries(keys).map(async ([name, key]) => [name, await read(() => browser.localStorage.getItem(key))]);
  // Without a name: `get(name)` cuts values at the second "=".
  const cookie = await read(() => browser.cookie.get());
  return { ...Object.fromEntries(await Promise.all(entries)), cookie };
}

/** One full string: with two arguments Shopify would write a session cookie on the current path. */
export function writeCookie(browser, text) {
  quietly(() => browser.cookie.set(text));
}

/** Full or forbidden storage means memory only; the module keeps its own copy. */
export function writeStorage(browser, key, value) {
  quietly(() => (value == null ? browser.localStorage.removeItem(key) : browser.localStorage.setItem(key, value)));
}

function quietly(write) {
  Promise.resolve().then(write).catch(() => {});
}
