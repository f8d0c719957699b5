// The waiting room, before every form but a hosted text, which has its own (hosting.js): nothing of
// the module is unpacked or compiled before there can be anything for it to do. The room decides nothing, it can only keep the gate
// away. What it hears meanwhile it keeps, and the page view (page.js) begins with it.

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
 * @typedef {"event" | "privacy" | "bridge" | "cookie"} Kind `cookie`: of the device, as a look found
 *   it
 * @typedef {[kind: Kind, told: unknown, now: number]} Heard as it came; `now` in milliseconds
 * @typedef {Sandbox & { heard: Heard[], hear(kind: Kind, told: unknown): void }} Room what is told
 *   next is told to `hear`: the page view puts its own in the place of the room's (waited.js)
 */

/** For whatever Shopify's page is asked. Not an error: the first one of a page takes 0.1 ms. */
const inTime = (promise) =>
  Promise.race([
    promise,
    new Promise((_, reject) => setTimeout(reject, 10_000, "Shopify: no answer within 10 s")),
  ]);

/**
 * Makes a room of the sandbox, waits in it, and gives what `load` gives. Rejects where one of the
 * subscriptions fails, for then a withdrawal could be missed, and where `load` rejects.
 *
 * @template T
 * @param {Room} room
 * @param {() => Promise<T>} load called once, when the room opens
 * @returns {Promise<T>}
 */
export function wait(room, load) {
  const { analytics, browser, init, customerPrivacy, settings } = room;
  let isOpen, open;
  const opened = new Promise((resolve) => {
    open = () => {
      isOpen = true;
      resolve();
    };
  });
  room.heard = [];
  room.hear = (...heard) => room.heard.push([...heard, Date.now()]);

  const look = async () => {
    if (isOpen) return;
    const asked = Promise.allSettled([
      (async () => browser.cookie.get())(),
      // What earlier pages of ours leave: a grant may have ended, and that must be told.
      ...["fired", "outbox", "bridge", "withdrawn"].map(async (key) =>
        browser.localStorage.getItem(`assent.${key}`),
      ),
    ]);
    const answers = await inTime(asked).catch(() => []);
    // Undefined is what could not be read; null is not there.
    const [cookie, ...found] = answers.map(({ value }) => value);
    room.hear("cookie", cookie);
    // Not by a regular expression: the first one of a page takes 0.1 ms.
    const has = (name) => `; ${cookie}`.includes(`; ${name}=`);
    const isUnread = !cookie?.at || found.includes();
    if (isUnread || has("_assent") || has("_assent_c") || found.some(Boolean)) open();
  };

  /** Looks whether there can be anything to do, and says by that word that it waits. Without both
   *  permissions the gate grants nothing. */
  const consider = async (told, word) => {
    try {
      const privacy = told?.customerPrivacy;
      if (privacy?.marketingAllowed === true && privacy.saleOfDataAllowed === true) open();
      else await look();
      say(word);
    } catch {} // a getter that throws: it says nothing
  };

  const debugged = settings?.debug && /[?&]assent_debug/.test(JSON.stringify(init));
  const done = "waits for Shopify's permission";
  const say = (told) => {
    try {
      const event = told.name ?? told;
      if (debugged && !isOpen)
        console.info(`[assent] ${event}: ${done}`, { event, decision: "unknown", done });
    } catch {} // no event, or a getter that throws
  };

  const signal = (kind) => (told) => {
    room.hear(kind, told);
    consider(told, "consent");
  };
  const event = (told) => {
    room.hear("event", told);
    say(told);
  };
  const subscribe = async () =>
    Promise.all([
      customerPrivacy.subscribe("visitorConsentCollected", signal("privacy")),
      analytics.subscribe("assent:consent", signal("bridge")),
      // All standard events by one, so that Shopify replays them in their order.
      analytics.subscribe("all_standard_events", event),
      Object.keys(settings.customEvents ?? {})[0] &&
        analytics.subscribe("all_custom_events", event),
    ]);

  consider(init, "start");
  return Promise.all([opened.then(load), inTime(subscribe())])
    .then(([loaded]) => loaded)
    .catch((error) => {
      open = room.hear = () => {};
      throw error;
    });
}
