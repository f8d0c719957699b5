// A shopper's browser, as far as the module knows one: cookies, localStorage, a clock. It does what
// a plan says, so that a later call finds what an earlier one left there.

export class Device {
  #cookies = new Map(); // name → { value, until }
  #storage = new Map();
  /** Milliseconds. */
  now = 1_772_442_000_000;
  /** Requests without an answer yet. */
  pending = [];

  put({ store, pairs }) {
    for (const [key, value] of Object.entries(pairs)) {
      if (store === "cookie") this.#cookies.set(key, { value, until: Infinity });
      else this.#storage.set(key, value);
    }
  }

  lose(store, key) {
    (store === "cookie" ? this.#cookies : this.#storage).delete(key);
  }

  lose_all() {
    this.#cookies.clear();
    this.#storage.clear();
  }

  /** Carries a plan out, but for what this device cannot write at the moment. */
  perform(plan, { cookie = "works", storage = "works" }) {
    for (const act of plan?.acts ?? []) {
      if (act.do === "send") this.pending.push(act.key);
      else if (act.do === "cookie" && cookie === "works") this.#write(act.text);
      else if (act.do === "store" && storage === "works")
        act.value === null ? this.#storage.delete(act.key) : this.#storage.set(act.key, act.value);
    }
  }

  #write(text) {
    const [, name, value, age] = /^([^=]+)=([^;]*); .*Max-Age=(\d+)$/.exec(text);
    if (age === "0") this.#cookies.delete(name);
    else this.#cookies.set(name, { value, until: this.now + age * 1000 });
  }

  /** As js/src/device.js reads it: `{ cookie, storage }`, false for what could not be read. */
  jar(keys, { cookie = "works", storage = "works" }) {
    const alive = [...this.#cookies].filter(([, { until }]) => !(until <= this.now));
    const wanted = keys.flatMap((key) =>
      key.endsWith("*")
        ? [...this.#storage.keys()].filter((own) => own.startsWith(key.slice(0, -1)))
        : [key],
    );
    const stored = (key) => (storage === "unreadable" ? false : (this.#storage.get(key) ?? null));
    return {
      cookie:
        cookie === "unreadable"
          ? false
          : alive.map(([name, { value }]) => `${name}=${value}`).join("; "),
      storage: Object.fromEntries(wanted.map((key) => [key, stored(key)])),
    };
  }
}
