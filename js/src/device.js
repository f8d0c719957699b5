// The shop's cookies and localStorage, over Shopify's asynchronous `browser` API, read live every time: the frame's own
// `document.cookie` and `localStorage` are snapshots.
import { within } from "./within.js";

const keys = { fired: "assent.fired", outbox: "assent.outbox", withdrawn: "assent.withdrawn" };
/** Milliseconds for one reading: far longer than a busy page takes, so what has not come by then will not come. */
const patience = 10_000;

/** `{cookie, fired, outbox, withdrawn}`: text, null where there is none, undefined where it could not be read. */
export async function readJar(browser) {
  const read = (get) => within(patience, get).catch(() => undefined);
  const entries = Object.entries(keys).map(async ([name, key]) => [name, await read(() => browser.localStorage.getItem(key))]);
  // Without a name: `get(name)` cuts values at the second "=".
  const cookie = read(() => browser.cookie.get());
  return { ...Object.fromEntries(await Promise.all(entries)), cookie: await cookie };
}

/** One full string: with two arguments Shopify would write a session cookie on the current path. */
export const writeCookie = (browser, text) => browser.cookie.set(text);

export const writeStorage = (browser, key, value) =>
  value == null ? browser.localStorage.removeItem(key) : browser.localStorage.setItem(key, value);
