// The shell around the module, with a stand-in for the module and for Shopify's page: what it does
// when these fail.
import assert from "node:assert/strict";
import test from "node:test";
import { start } from "../src/start.js";

const settings = { endpoint: "https://events.example.com", customEvents: { joined: {} } };
const endpoint = "https://events.example.com/v1/events";

/** A page that has begun to load. `plans` are what the module wants, by the method asked: `{ begin:
 *  [act, …] }`. */
function page(
  t,
  { plans = {}, subscribe = () => {}, writes = () => {}, answers = () => ({ status: 202 }) } = {},
) {
  const seen = { asked: [], sent: [], warnings: [], subscribed: {} };
  const replace = (object, name, value) => t.mock.method(object, name, value);
  replace(console, "warn", (line) => seen.warnings.push(line));
  replace(globalThis, "fetch", async (url, { body }) => {
    seen.sent.push([url, body]);
    const { status } = answers(body);
    return { status, headers: new Headers() };
  });
  const plan = (method) => {
    seen.asked.push(method);
    return { acts: plans[method] ?? [], said: [] };
  };
  class Pixel {
    keys = () => "assent.fired";
    address = () => ["https://shop.example/", ""];
    cleaned() {}
    heed() {}
    heed_bridge() {}
  }
  for (const method of ["begin", "heard", "signalled", "answered", "woken"])
    Pixel.prototype[method] = () => plan(method);
  const bus = {
    subscribe: (name, heard) => {
      seen.subscribed[name] = heard;
      return subscribe(name);
    },
  };
  const browser = {
    cookie: { get: async () => "", set: writes },
    localStorage: { getItem: async () => null, setItem: writes },
  };
  const run = () =>
    start(Pixel, {
      analytics: bus,
      browser,
      init: {},
      customerPrivacy: bus,
      settings,
      kind: "custom",
      gpc: false,
    });
  return { seen, run };
}

/** Lets everything run that does not wait for a timer. */
async function turns() {
  for (let turn = 0; turn < 200; turn++) await Promise.resolve();
}

const beacon = { do: "send", key: "k", body: "{}" };
const warningsOf = ({ warnings }, about) => warnings.filter((line) => line.includes(about));

for (const failing of ["visitorConsentCollected", "assent:consent"]) {
  test(`without the subscription to ${failing} nothing is sent, whatever the other one brings`, async (t) => {
    for (const subscribe of [
      (name) => (name === failing ? Promise.reject(new Error("no such event")) : undefined),
      (name) => {
        if (name === failing) throw new Error("no such event");
      },
    ]) {
      const { seen, run } = page(t, { plans: { signalled: [beacon] }, subscribe });
      await assert.rejects(run(), /no such event/);
      for (const heard of Object.values(seen.subscribed)) heard({});
      await turns();
      assert.deepEqual([seen.asked, seen.sent], [[], []]);
      assert.ok(!("all_standard_events" in seen.subscribed));
    }
  });
}

test("a subscription that is not answered within ten seconds stops the page too", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { seen, run } = page(t, {
    plans: { signalled: [beacon] },
    subscribe: () => new Promise(() => {}),
  });
  const stopped = assert.rejects(run(), /within 10 s/);
  await turns();
  t.mock.timers.tick(9_999);
  await turns();
  seen.subscribed.visitorConsentCollected({});
  await turns();
  assert.deepEqual(seen.asked, ["signalled", "answered"], "a busy checkout may take that long");
  t.mock.timers.tick(1);
  await stopped;
  seen.subscribed.visitorConsentCollected({});
  await turns();
  assert.deepEqual(seen.asked, ["signalled", "answered"]);
});

for (const failing of ["all_standard_events", "all_custom_events"]) {
  test(`where ${failing} cannot be subscribed to, one line says so and the page is stopped`, async (t) => {
    const { seen, run } = page(t, {
      subscribe: (name) => (name === failing ? Promise.reject(new Error("refused")) : undefined),
    });
    await run();
    await turns();
    seen.subscribed.all_standard_events({ name: "page_viewed" });
    seen.subscribed.visitorConsentCollected({});
    await turns();
    assert.ok(!seen.asked.includes("heard") && !seen.asked.includes("signalled"));
    assert.deepEqual(seen.warnings, [
      "[assent] stopped, nothing more is sent from this page: refused",
    ]);
  });
}

test("an act that fails is told once a page, with its reason and without what it was to do; the others are done", async (t) => {
  const write = [
    { do: "cookie", text: "_assent=secret" },
    { do: "store", key: "assent.outbox", value: "secret" },
  ];
  for (const writes of [
    async () => {
      throw new DOMException("the quota has been exceeded", "QuotaExceededError");
    },
    () => {
      throw new DOMException("the quota has been exceeded", "QuotaExceededError");
    },
  ]) {
    const { seen, run } = page(t, { plans: { begin: [...write, ...write, beacon] }, writes });
    await run();
    await turns();
    assert.equal(seen.sent.length, 1);
    const reason = "QuotaExceededError: the quota has been exceeded";
    assert.deepEqual(seen.warnings, [
      `[assent] cookie failed: ${reason}`,
      `[assent] store failed: ${reason}`,
    ]);
  }
});

test("an error of TikTok's script is told by its kind alone: its text could quote the shopper's data", async (t) => {
  globalThis.window = {
    ttq: {
      track() {
        throw new TypeError("odd value jane@example.com");
      },
    },
  };
  t.after(() => delete globalThis.window);
  const track = { do: "track", call: { name: "Search", params: {}, options: {} } };
  const { seen, run } = page(t, { plans: { begin: [track, track] } });
  await run();
  await turns();
  assert.deepEqual(seen.warnings, ["[assent] track failed: TypeError"]);
});

test("an answer that means a wrong set-up is told once a page, with what to check", async (t) => {
  for (const status of [404, 413, 415, 422]) {
    const { seen, run } = page(t, {
      plans: { begin: [beacon, { ...beacon, key: "l" }] },
      answers: () => ({ status }),
    });
    await run();
    await turns();
    assert.equal(seen.sent.length, 2);
    assert.equal(seen.warnings.length, 1);
    assert.match(
      seen.warnings[0],
      new RegExp(`^\\[assent\\] ${endpoint} answered ${status}: .{20,}`),
    );
  }
  for (const status of [202, 400, 403, 429, 500, 503]) {
    const { seen, run } = page(t, { plans: { begin: [beacon] }, answers: () => ({ status }) });
    await run();
    await turns();
    assert.deepEqual(warningsOf(seen, "answered"), [], `${status}`);
  }
});
