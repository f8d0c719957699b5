// The waiting room, before every form: nothing of the module is unpacked, compiled or fetched
// before there can be anything for it to do. The room decides nothing, it can only keep the gate
// away. What it hears meanwhile it keeps, and the page view (page.js) begins with it.
import { within } from "./within.js";

/**
 * @typedef {object} Sandbox what Shopify's sandbox gives, and how the shop is set up
 * @property {{ subscribe(name: string, callback: (event: object) => void): unknown }} analytics
 * @property {object} browser `browser.cookie`, `browser.localStorage`
 * @property {object} init the snapshot at page start
 * @property {{ subscribe(name: string, callback: (event: object) => void): unknown }}
 *   customerPrivacy
 * @property {object} settings as `assent snippet` prints them, or the extension's fields give them
 * @property {"custom" | "app" | "npm"} kind
 * @property {boolean | null} gpc null where it cannot be read
 *
 * @typedef {{ event: object } | { privacy: object } | { bridge: object }} Told
 * @typedef {{ heard: Told, jar: object, now: number }} Heard `jar` is the device as it was last
 *   seen by then, `now` in whole seconds
 * @typedef {Sandbox & { heard: Heard[], hear(what: Told): void }} Room what is told next is told to
 *   `hear`: the page view puts its own in the place of the room's
 */

/** What earlier pages of ours leave in localStorage, as `assent.…`: a grant may have ended, and that
 *  must be told. */
const traces = ["fired", "outbox", "bridge", "withdrawn"];

/** Text, null where there is none, false where it could not be read. */
export const textOf = async (get) => {
  try {
    const value = await get();
    return value === null || typeof value === "string" ? value : false;
  } catch {
    return false;
  }
};

/**
 * Makes a room of the sandbox, waits in it, and gives what `load` gives. Rejects where one of the
 * subscriptions fails, for then a withdrawal could be missed, and where `load` rejects.
 *
 * @template T
 * @param {Room} room
 * @param {() => Promise<T>} load called once, when the room opens
 * @param {boolean} [isPatient] where the device cannot be read, the room looks again instead of
 *   opening: after 1, 2, 4, … 32 seconds
 * @returns {Promise<T>}
 */
export function wait(room, load, isPatient) {
  const { analytics, browser, init, customerPrivacy, settings } = room;
  // Of the device only the cookies: nothing that a denial could be read from is among the traces.
  let jar = { cookie: false, storage: {} };
  let isOpen, open;
  const opened = new Promise((resolve) => {
    open = () => {
      isOpen = true;
      resolve();
    };
  });
  room.heard = [];
  room.hear = (heard) => room.heard.push({ heard, jar, now: Date.now() });

  const look = async (after) => {
    if (isOpen) return;
    const [cookie, ...found] = await within(() =>
      Promise.all([
        textOf(() => browser.cookie.get()),
        ...traces.map((key) => textOf(() => browser.localStorage.getItem(`assent.${key}`))),
      ]),
    ).catch(() => [false]);
    // What was heard before the first look was heard by the device as that look found it.
    if (jar.cookie === false) jar.cookie = cookie;
    else jar = { cookie, storage: {} };
    const isUnread = cookie === false || found.includes(false);
    // Not by a regular expression: the first one of a page takes 0.1 ms.
    const has = (name) => `; ${cookie}`.includes(`; ${name}=`);
    if (has("_assent") || has("_assent_c") || found.some(Boolean) || (isUnread && !isPatient))
      open();
    else if (isUnread && after < 64) setTimeout(look, after * 1000, after * 2);
  };

  /** Looks whether there can be anything to do. Without both permissions the gate grants nothing. */
  const consider = async (said) => {
    const privacy = said?.customerPrivacy;
    if (privacy?.marketingAllowed === true && privacy.saleOfDataAllowed === true) open();
    else await look(1);
  };

  const debugged = settings?.debug && /[?&]assent_debug/.test(JSON.stringify(init));
  const say = (event, done = "waits for Shopify's permission") => {
    if (debugged && !isOpen)
      console.info(`[assent] ${event}: ${done}`, { event, decision: "unknown", done });
  };

  // What is nothing, or no object, says nothing; but it was said.
  const objectOf = (told) => (typeof told === "object" && told) || {};
  const signal = (kind) => (event) => {
    room.hear({ [kind]: objectOf(event) });
    consider(event).then(() => say("consent"));
  };
  const hear = (event) => {
    room.hear({ event: objectOf(event) });
    try {
      say(event.name);
    } catch {} // no event, or a getter that throws
  };
  const subscribed = within(() =>
    Promise.all([
      customerPrivacy.subscribe("visitorConsentCollected", signal("privacy")),
      analytics.subscribe("assent:consent", signal("bridge")),
      // All standard events by one, so that Shopify replays them in their order.
      analytics.subscribe("all_standard_events", hear),
      Object.keys(settings.customEvents ?? {})[0] && analytics.subscribe("all_custom_events", hear),
    ]),
  );

  consider(init).then(() => say("start"));
  return Promise.all([opened.then(load), subscribed])
    .then(([loaded]) => loaded)
    .catch((error) => {
      open = room.hear = () => {};
      throw error;
    });
}
