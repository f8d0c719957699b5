// A page that is not as it should be: what its scripts have done to the language before or after the
// pasted text runs there, and events made to hurt. Nothing leaves without permission, nothing reaches
// the page, and what cannot go on says so in one line.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";
import { at } from "../build/project.mjs";
import { snippet } from "../build/snippet.mjs";
import { permitted, sandbox } from "./sandbox.mjs";

const vectors = JSON.parse(readFileSync(at("tests/vectors/events.json"), "utf8"));
const settings = { ...vectors.settings, events: { AddToCart: ["server"] }, customEvents: {} };
const { event, expect } = vectors.rows.find(
  ({ event, expect }) => event.name === "product_added_to_cart" && expect.server,
);
const pasted = new vm.Script(
  `(function (analytics, browser, init, api, ASSENT) {${readFileSync(snippet, "utf8")}})`,
);

/** The pasted text in a frame of its own, with a language of its own; `before` and `after` are
 *  scripts of that frame. */
async function frame({ privacy = permitted, before = "", after = "" }) {
  const page = sandbox({ settings, cookie: privacy === permitted ? vectors.cookie : "a=1" });
  const [sent, lines] = [[], []];
  const world = vm.createContext({
    ...{ atob, TextEncoder, TextDecoder, DecompressionStream, crypto, URL, AbortSignal },
    setTimeout: (...given) => setTimeout(...given).unref(),
    clearTimeout,
    console: { info() {}, warn: (line) => lines.push(line) },
    fetch: async (_, { body }) => {
      sent.push(JSON.parse(body));
      return new Response('{"accepted":1}', { status: 202 });
    },
  });
  vm.runInContext(`Date.now = () => ${vectors.now * 1000}`, world);
  /** Made inside, as what arrives there in a message is. */
  const own = (value) => vm.runInContext(`(${JSON.stringify(value)})`, world);
  const init = own({ ...vectors.init, customerPrivacy: privacy });
  const script = pasted.runInContext(world);
  const given = own(settings);
  vm.runInContext(before, world);
  const { analytics, browser, customerPrivacy } = page.room;
  const thrown = [];
  /** What calls into the frame must not be hurt by it. */
  const enter = (call) => {
    try {
      call();
    } catch (error) {
      thrown.push(error);
    }
  };
  enter(() => script(analytics, browser, init, { customerPrivacy }, given));
  await rest();
  vm.runInContext(after, world);
  /** Told from outside, as Shopify's page does, or what a script of the frame makes of it. */
  const tell = async (name, value) => {
    const told = typeof value === "string" ? vm.runInContext(value, world) : own(value);
    enter(() => page.told[name]?.(told));
    await rest();
  };
  await tell("all_standard_events", event);
  // Unpacking takes the engine's own time.
  const isUsual = privacy === permitted && !before && !after;
  for (const end = performance.now() + 10_000; isUsual && sent.length === 0; ) {
    assert.ok(performance.now() < end, "nothing arrives");
    await rest();
  }
  return { sent, lines, thrown, tell, device: page.device };
}

/** Time enough for all that waits for no timer. */
async function rest() {
  for (let left = 60; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
}

const lost = [];
process.on("unhandledRejection", (error) => lost.push(error));

const names =
  "heard jar now do event privacy bridge status said key body acts storage cookie init retryAfter then get set value type done";
const hostile = {
  "every object has a name for permission": `
    for (const name of ["marketingAllowed", "saleOfDataAllowed", "marketing", "sale_of_data", "granted"])
      Object.prototype[name] = true;
    Object.prototype.customerPrivacy = { marketingAllowed: true, saleOfDataAllowed: true };`,
  "every object has a toJSON": "Object.prototype.toJSON = function () { return this; }",
  "toJSON is Prototype.js's": `
    Array.prototype.toJSON = function () { return "[" + this.join(", ") + "]"; };
    String.prototype.toJSON = function () { return '"' + this + '"'; };
    Number.prototype.toJSON = function () { return String(this); };`,
  "toJSON throws": "Object.prototype.toJSON = function () { throw new TypeError('no'); }",
  "toJSON permits": `
    Object.prototype.toJSON = function () { return "marketingAllowed" in this ? { analyticsProcessingAllowed: false } : this; }`,
  "every array has more than its items": `
    Array.prototype.first = function () { return this[0]; };
    Object.prototype.extend = function () {};`,
  "what is set on an object is lost": `
    const lose = (name) => Object.defineProperty(Object.prototype, name, { __proto__: null, configurable: true, set() {}, get() {} });
    for (const name of ${JSON.stringify(names.split(" "))})
      lose(name);`,
  "what is set on an object throws": `
    for (const name of ["assent.fired", "assent.outbox", "assent.withdrawn", "cookie", "storage", "0", "1"])
      Object.defineProperty(Object.prototype, name, { __proto__: null, configurable: true, set() { throw new TypeError("no"); } });`,
  "arrays lose what is put into them": "Array.prototype.push = function () { return 0; }",
  "JSON is another": "JSON = { parse: () => ({}), stringify: () => '{}' }",
  "JSON throws": "JSON.stringify = () => { throw new TypeError('no'); }",
  "JSON.parse throws": "JSON.parse = () => { throw new TypeError('no'); }",
  "Promise is another": "Promise = function () { throw new TypeError('no'); }",
  "promises never settle": "Promise.prototype.then = function () { return this; }",
  "fetch throws": "fetch = () => { throw new TypeError('no'); }",
  "fetch never answers": "fetch = () => new Promise(() => {})",
  "fetch answers with nothing": "fetch = async () => undefined",
  "Uint8Array is another": "Uint8Array = function () { throw new TypeError('no'); }",
  "the clock is none": "Date.now = () => NaN",
  "there is no Map and no Set": "Map = Set = undefined",
  "the console throws": "console.warn = console.info = () => { throw new TypeError('no'); }",
};

/** There the language itself does not work: what fails is thrown, and the frame's console shows it. */
const broken = [
  "what is set on an object is lost",
  "what is set on an object throws",
  "Promise is another",
];

for (const [what, script] of Object.entries(hostile))
  for (const when of what === "Promise is another" ? ["before"] : ["before", "after"]) {
    test(`${what}, ${when} the pixel runs: nothing leaves without permission`, async () => {
      for (const privacy of [
        {},
        { ...permitted, marketingAllowed: false },
        { ...permitted, saleOfDataAllowed: false },
      ]) {
        const seen = await frame({ privacy, [when]: script });
        await seen.tell("visitorConsentCollected", { customerPrivacy: privacy });
        assert.deepEqual([seen.sent, seen.device.storage], [[], {}]);
        const errors = [...seen.thrown, ...lost.splice(0)];
        assert.deepEqual(broken.includes(what) ? [] : errors, [], "an error that nobody caught");
      }
    });

    test(`${what}, ${when} the pixel runs: with permission the event leaves as it is, or not at all`, async () => {
      const { sent, thrown, lines } = await frame({ [when]: script });
      const errors = [...thrown, ...lost.splice(0)];
      assert.deepEqual(broken.includes(what) ? [] : errors, [], "an error that nobody caught");
      // Where nothing that is told can be read, an earlier grant is withdrawn.
      for (const { events, shop } of sent.filter(({ withdraw }) => !withdraw)) {
        assert.equal(shop, settings.shop);
        assert.deepEqual(
          events.map(({ event_id }) => event_id),
          [expect.server.event_id],
        );
      }
      for (const line of lines) assert.match(line, /^\[assent\] /);
    });
  }

const inside = {
  "a cycle":
    "(() => { const event = { name: 'page_viewed' }; event.data = event; return event; })()",
  "getters that throw":
    "({ get name() { throw new TypeError('jane@example.com'); }, get data() { throw 1; } })",
  "a proxy that throws":
    "new Proxy({}, new Proxy({}, { get: () => () => { throw new TypeError('no'); } }))",
  "a proxy that was revoked":
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
  "a BigInt": "({ name: 'page_viewed', data: { amount: 10n } })",
  "a symbol": "({ name: Symbol('x'), id: Symbol.iterator })",
  "no prototype": "Object.create(null)",
  nothing: "undefined",
  null: "null",
  "a number": "7",
  "a function": "(() => {})",
  "a text of 10 MB":
    "({ name: 'product_added_to_cart', id: 'sh-1', timestamp: '2026-03-02T09:00:00Z', data: { cartLine: { merchandise: { product: { title: 'x'.repeat(1e7) } } } } })",
  "a cart of 10 MB":
    "({ name: 'product_added_to_cart', id: 'sh-2', data: { cart: { lines: Array(500).fill({ title: 'x'.repeat(2e4) }) } } })",
  "ten thousand levels":
    "(() => { let deep = {}; for (let level = 0; level < 10000; level++) deep = { deep }; return { name: 'cart_viewed', data: deep }; })()",
  "a toJSON of its own": "({ name: 'cart_viewed', toJSON() { throw new TypeError('no'); } })",
  "a name that is an object": "({ name: { toString() { throw 1; } } })",
};

test("events made to hurt do not, and the next one arrives", async () => {
  const { sent, lines, thrown, tell } = await frame({});
  assert.equal(sent.length, 1);
  for (const script of Object.values(inside)) await tell("all_standard_events", script);
  await tell("all_standard_events", { ...event, id: "sh-last" });
  assert.deepEqual([thrown, lost.splice(0)], [[], []]);
  assert.equal(sent.at(-1).events[0].shopify_event_id, "sh-last");
  assert.ok(!lines.join().includes("jane@example.com"));
  const longest = Math.max(...sent.map((body) => JSON.stringify(body).length));
  assert.ok(longest <= 32 * 1024, `${longest} characters`);
});

for (const what of ["a proxy that throws", "nothing", "null", "a number"])
  test(`a signal that is ${what} says nothing: what was permitted before counts no longer`, async () => {
    const { sent, thrown, tell } = await frame({});
    assert.equal(sent.length, 1);
    await tell("visitorConsentCollected", inside[what]);
    await tell("all_standard_events", { ...event, id: "sh-after" });
    assert.deepEqual(thrown, []);
    assert.equal(sent.length, 1);
    lost.splice(0);
  });
