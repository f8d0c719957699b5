// The shop's cookies and localStorage, over Shopify's asynchronous `browser` API, read live every
// time: the frame's own `document.cookie` and `localStorage` are snapshots.
import { within } from "./within.js";

/** What `get` answers: text, null where there is none, false where it could not be read. */
export const read = (get) =>
  within(get).then(
    (value) => (value === null || typeof value === "string" ? value : false),
    () => false,
  );

/**
 * `{cookie, storage: {key: …}}`, each as `read` gives it; the cookies are text or false.
 *
 * @param {string[]} keys of localStorage; a name that ends with "*" stands for every key that
 *   begins so, and stands there itself where these could not be listed
 */
export async function readJar({ cookie, localStorage }, keys) {
  const storage = {};
  const readKey = async (key) => {
    storage[key] = await read(() => localStorage.getItem(key));
  };
  const readAll = async (key) => {
    const found = await within(() => begin(localStorage, key.slice(0, -1))).catch(() => {});
    if (found) await Promise.all(found.map(readKey));
    else storage[key] = false;
  };
  await Promise.all(keys.map((key) => (key.endsWith("*") ? readAll : readKey)(key)));
  // The cookies last: they say whether the grant still stands, and storage can take its time.
  // Without a name: `get(name)` cuts values at the second "=".
  return { cookie: (await read(() => cookie.get())) ?? false, storage };
}

/** The keys that begin with `start`; an id of the site's follows in each. */
async function begin(localStorage, start) {
  const count = await localStorage.length();
  const all = await Promise.all(
    Array.from({ length: Math.min(count, 500) }, (_, index) => localStorage.key(index)),
  );
  return all.filter((key) => key?.startsWith(start));
}

/** One full string: with two arguments Shopify would write a session cookie on the current path. */
export const writeCookie = (browser, text) => browser.cookie.set(text);

export const writeStorage = (browser, key, value) =>
  value == null ? browser.localStorage.removeItem(key) : browser.localStorage.setItem(key, value);
