// A storefront page as far as the bridge can see it: a window with gtag, Shopify and timers, each of them when the test says so.
import vm from "node:vm";

export const startOfTime = 1_763_800_000; // Unix seconds

// What Shopify's inline set-up script leaves until its own script has loaded (docs/facts/shopify.md#the-pixels-api).
const shopifySetUp = `
  window.Shopify = window.Shopify || {};
  Shopify.analytics = Shopify.analytics || {};
  Shopify.analytics.replayQueue = [];
  Shopify.analytics.publish = function (name, data, options) { Shopify.analytics.replayQueue.push([name, data, options]); };
`;
// Google's own snippet.
const gtagSetUp = "window.dataLayer = window.dataLayer || []; function gtag() { dataLayer.push(arguments); }";

export class Page {
  /** Every [name, data] that was published, copied at that moment. */
  published = [];
  #milliseconds = startOfTime * 1000;
  #timers = new Map();
  timersStarted = 0;

  constructor() {
    this.window = vm.createContext({
      setTimeout: (callback, delay) => {
        this.#timers.set(++this.timersStarted, { callback, due: this.#milliseconds + delay });
        return this.timersStarted;
      },
      clearTimeout: (timer) => this.#timers.delete(timer),
      Date: { now: () => this.#milliseconds },
    });
    this.window.window = this.window;
  }

  run(script) {
    return vm.runInContext(script, this.window);
  }

  gtag(...words) {
    if (!this.window.gtag) this.run(gtagSetUp);
    return this.window.gtag(...words);
  }

  /** Shopify's set-up, then its script: what was queued is told first. */
  shopify() {
    this.run(shopifySetUp);
    const { analytics } = this.window.Shopify;
    const told = (name, data) => this.published.push([name, structuredClone(data)]);
    for (const [name, data] of analytics.replayQueue) told(name, data);
    analytics.publish = told;
    return this;
  }

  get timers() {
    return this.#timers.size;
  }

  pass(milliseconds) {
    const end = this.#milliseconds + milliseconds;
    for (;;) {
      const [next] = [...this.#timers].sort(([, one], [, other]) => one.due - other.due);
      if (!next || next[1].due > end) break;
      this.#timers.delete(next[0]);
      this.#milliseconds = next[1].due;
      next[1].callback();
    }
    this.#milliseconds = end;
    return this;
  }

  /** What each publication said of marketing. */
  get said() {
    return this.published.map(([, { marketing }]) => marketing);
  }

  get last() {
    return this.published.at(-1)?.[1];
  }
}

const all = (word) => ({ ad_storage: word, ad_user_data: word, ad_personalization: word });
export const granted = all("granted");
export const denied = all("denied");
