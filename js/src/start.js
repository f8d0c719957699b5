// Runs one page view: reads the device, asks the module, does what the plan says. It decides
// nothing.
import { readJar, writeCookie, writeStorage } from "./device.js";
import { isFault, send } from "./send.js";
import { patience, within } from "./within.js";

/**
 * @typedef {object} Sandbox what Shopify's sandbox gives, and how the shop is set up
 * @property {{ subscribe(name: string, callback: (event: object) => void): unknown }} analytics
 * @property {object} browser `browser.cookie`, `browser.localStorage`
 * @property {object} init the snapshot at page start
 * @property {{ subscribe(name: string, callback: (event: object) => void): unknown }}
 *   customerPrivacy
 * @property {object} settings as `assent snippet` prints them, or the extension's fields give them
 * @property {"custom" | "app" | "npm"} kind
 * @property {boolean} [gpc] undefined where it cannot be read
 */

/**
 * @param {typeof import("../../.assent/module/assent_pixel.js").Pixel} Pixel the module's class
 * @param {Sandbox} sandbox
 * @param {typeof import("./leg.js").leg} [leg] the browser leg; without it the module is told of
 *   none, and asks for none
 */
export async function start(
  Pixel,
  { analytics, browser, init, customerPrivacy, settings, kind, gpc },
  leg,
) {
  const pixel = new Pixel(JSON.stringify(settings), init, kind, gpc);
  const keys = pixel.keys().split("\n");
  const endpoint = `${settings.endpoint}/v1/events`;
  let dead = false;
  let queue = Promise.resolve();

  const warned = new Set();
  /** Not again for the same `what`: a console must not be flooded. */
  const warnOnce = (what, why) => {
    if (!warned.has(what)) console.warn(`[assent] ${what} ${why}`);
    warned.add(what);
  };

  const stop = (error) => {
    dead = true;
    warnOnce("stopped,", `nothing more is sent from this page: ${error?.message || error}`);
  };

  /** Every call of the module. After a trap the instance is dead. */
  const ask = (question) => {
    if (dead) return undefined;
    try {
      return question();
    } catch (error) {
      stop(error);
    }
  };

  /** One at a time, each with a fresh look at the device. */
  const inTurn = (question) => {
    queue = queue.then(async () => {
      const jar = await readJar(browser, keys);
      perform(ask(() => question(jar, Date.now())));
    });
  };

  const acts = {
    send: async ({ key, body }) => {
      const { status, retryAfter } = await send(endpoint, body);
      if (isFault(status))
        warnOnce(
          endpoint,
          `answered ${status}: is the shop in its assent.toml, the snippet new, and the proxy passing all on?`,
        );
      inTurn((jar, now) => pixel.answered(key, status, retryAfter, jar, now));
    },
    cookie: ({ text }) => writeCookie(browser, text),
    store: ({ key, value }) => writeStorage(browser, key, value),
    wake: ({ after }) =>
      setTimeout(() => inTurn((jar, now) => pixel.woken(jar, now)), after * 1000),
    ...leg?.acts,
  };

  /** An act that fails (a full storage, TikTok's script throwing) must not keep the next from being
   *  done. */
  async function carryOut(act) {
    try {
      await acts[act.do](act);
    } catch (error) {
      // TikTok's script has been given the shopper's data, and might quote them.
      warnOnce(
        act.do,
        `failed: ${/track|identify|page|revoke/.test(act.do) ? error?.name : error}`,
      );
    }
  }

  function perform(plan) {
    for (const act of plan?.acts ?? []) carryOut(act);
    for (const { event, done, ...line } of plan?.said ?? []) {
      const seen = (line.records ?? []).map(({ source, decision }) => `${source}: ${decision}`);
      const conflicts = (line.conflicts ?? []).map(
        ({ yes, no }) => `conflict: ${yes} yes, ${no} no`,
      );
      const why = [
        line.name,
        line.event_id,
        line.decision && `${line.decision} by ${line.rule}`,
        ...seen,
        ...conflicts,
      ]
        .filter(Boolean)
        .join(", ");
      console.info(`[assent] ${event}: ${done}${why && ` (${why})`}`, { event, done, ...line });
    }
  }

  if (leg) pixel.cleaned(leg.clean(...pixel.address()));
  // A withdrawal must not be missed: unless both subscriptions succeed nothing runs, not even what
  // one of them has brought by then. What the shopper decides counts at once, also for the events
  // that are already in the queue.
  const decided = (heed) => (event) => {
    ask(() => heed(event));
    inTurn((jar, now) => pixel.signalled(jar, now));
  };
  await within(patience, () =>
    Promise.all([
      customerPrivacy.subscribe(
        "visitorConsentCollected",
        decided((event) => pixel.heed(event)),
      ),
      analytics.subscribe(
        "assent:consent",
        decided((event) => pixel.heed_bridge(event)),
      ),
    ]),
  ).catch((error) => {
    dead = true;
    throw error;
  });
  inTurn((jar, now) => pixel.begin(jar, now));
  const hear = (event) => inTurn((jar, now) => pixel.heard(event, jar, now));
  // A subscription that fails is told, or its events would be lost silently. All standard events
  // come by one, so that Shopify replays them in their order.
  const subscribe = (name) =>
    new Promise((done) => done(analytics.subscribe(name, hear))).catch(stop);
  subscribe("all_standard_events");
  if (Object.keys(settings.customEvents ?? {}).length > 0) subscribe("all_custom_events");
}
