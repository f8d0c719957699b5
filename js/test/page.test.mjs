// The shell around the module, with a stand-in for the module and for Shopify's page: what it asks,
// in which order, and what it does when something fails.
import assert from "node:assert/strict";
import test from "node:test";
import { run } from "../src/page.js";
import { sandbox, turns } from "./sandbox.mjs";

const settings = { endpoint: "https://events.example.com" };
const endpoint = "https://events.example.com/v1/events";

/** The endpoint's own answers. */
const taken = { status: 202, said: { accepted: 1, duplicate: 0, refused: [] } };
const problem = (status, reason) => ({
  status,
  headers: { "Content-Type": "application/problem+json" },
  said: { type: `urn:assent:refusal:${reason}`, status, reason },
});

/** A page that has begun. `plans` are what the module wants, by what it is asked: `{ begin: [act,
 *  …] }`, or what it throws. */
function page(
  t,
  { plans = {}, heard = [], leg, answers = () => taken, before = () => {}, ...given } = {},
) {
  const seen = { questions: [], opened: [], sent: [], warnings: [] };
  t.mock.method(console, "warn", (line) => seen.warnings.push(line));
  t.mock.method(globalThis, "fetch", async (url, init) => {
    seen.sent.push([url, init.body, init]);
    const { status, headers, said } = answers(init.body);
    const json = async () => said ?? JSON.parse("<html>");
    return { status, headers: new Headers(headers), json };
  });
  const door = {
    open(...given) {
      seen.opened.push(given);
      return "assent.fired\nassent.outbox";
    },
    ask(text) {
      const question = JSON.parse(text);
      seen.questions.push(question);
      const plan = plans[question.do];
      if (plan instanceof Error) throw plan;
      return plan ? JSON.stringify({ acts: plan, said: [] }) : "";
    },
  };
  const { room, device } = sandbox({ settings, ...given });
  Object.assign(room, { heard, kind: "custom", gpc: false });
  before(room);
  run(door, room, leg);
  return { seen, room, device, asked: () => seen.questions.map((question) => question.do) };
}

const beacon = { do: "send", key: "k", body: "{}" };
const warningsOf = ({ warnings }, about) => warnings.filter((line) => line.includes(about));

test("the module is told how the page began, and gets the settings as they were pasted", (t) => {
  const { seen, room } = page(t, { privacy: { marketingAllowed: true } });
  const [[given, start]] = seen.opened;
  assert.equal(given, settings);
  assert.deepEqual(JSON.parse(start), {
    init: JSON.parse(JSON.stringify(room.init)),
    kind: "custom",
    gpc: false,
    leg: false,
  });
});

test("what was heard in the room is recalled in its order before the page begins; then events and signals follow in theirs", async (t) => {
  const jar = { cookie: "a=1", storage: {} };
  const heard = [
    { heard: { event: { name: "page_viewed" } }, jar: { ...jar, cookie: false }, now: 1_999 },
    { heard: { privacy: { customerPrivacy: {} } }, jar, now: 5_000 },
    { heard: { bridge: { customData: {} } }, jar, now: 4_999 },
  ];
  const { seen, room } = page(t, { heard, cookie: "b=2", storage: { "assent.fired": "x" } });
  room.hear({ event: { name: "cart_viewed" } });
  await turns();
  const read = { cookie: "b=2", storage: { "assent.fired": "x", "assent.outbox": null } };
  const now = seen.questions.at(-1).now;
  assert.ok(Number.isInteger(now) && Math.abs(now - Date.now() / 1000) < 60);
  assert.deepEqual(seen.questions, [
    {
      do: "recall",
      heard: { event: { name: "page_viewed" } },
      jar: { ...jar, cookie: false },
      now: 1,
      events: 0,
    },
    { do: "recall", heard: { privacy: { customerPrivacy: {} } }, jar, now: 5, events: 0 },
    { do: "recall", heard: { bridge: { customData: {} } }, jar, now: 4, events: 0 },
    { do: "begin", jar: read, now: seen.questions.at(-2).now, events: 1 },
    { do: "heard", event: { name: "cart_viewed" }, number: 1, jar: read, now, events: 1 },
  ]);
  assert.deepEqual(room.heard, [], "and is not kept twice");
});

test("a signal is heeded before whatever waits in the queue, and carried out in its turn", async (t) => {
  const { seen, room, asked } = page(t);
  room.hear({ event: { name: "page_viewed" } });
  room.hear({ privacy: { customerPrivacy: { marketingAllowed: false } } });
  room.hear({ bridge: { customData: { marketing: false } } });
  assert.deepEqual(asked(), ["heed", "heed_bridge"]);
  await turns();
  assert.deepEqual(asked(), ["heed", "heed_bridge", "begin", "heard", "signalled", "signalled"]);
  const [{ now }] = seen.questions;
  assert.ok(Math.abs(now - Date.now() / 1000) < 60);
  assert.deepEqual(seen.questions.slice(0, 2), [
    { do: "heed", privacy: { customerPrivacy: { marketingAllowed: false } }, now, events: 1 },
    { do: "heed_bridge", event: { customData: { marketing: false } }, now, events: 1 },
  ]);
});

test("an event that waits for the device is told with its number, and each question with how many were heard by then", async (t) => {
  const { seen, room } = page(t);
  await turns();
  room.hear({ event: { name: "page_viewed" } });
  room.hear({ privacy: { customerPrivacy: { marketingAllowed: false } } });
  room.hear({ privacy: { customerPrivacy: { marketingAllowed: true } } });
  room.hear({ event: { name: "cart_viewed" } });
  await turns();
  const told = seen.questions
    .slice(1)
    .map(({ do: word, number, events }) => [word, number, events]);
  assert.deepEqual(told, [
    ["heed", undefined, 1],
    ["heed", undefined, 1],
    ["heard", 1, 2],
    ["signalled", undefined, 2],
    ["signalled", undefined, 2],
    ["heard", 2, 2],
  ]);
});

/** A document whose visibility the test decides. */
function background(t, visibilityState) {
  const document = Object.assign(new EventTarget(), { visibilityState });
  Object.defineProperty(document, "hidden", {
    get: () => document.visibilityState === "hidden",
  });
  globalThis.document = document;
  t.after(() => delete globalThis.document);
  return (state) => {
    document.visibilityState = state;
    document.dispatchEvent(new Event("visibilitychange"));
  };
}

test("a page that is hidden or seen again is told so at once, with the device as it was last seen", async (t) => {
  const becomes = background(t, "hidden");
  const { seen, device } = page(t, { cookie: "a=1", plans: { hidden: [beacon] } });
  await turns();
  device.cookie = "changed=1";
  becomes("visible");
  becomes("hidden");
  const questions = seen.questions.filter((question) => question.do !== "answered");
  const told = questions.map(({ do: word, jar }) => [word, jar.cookie]);
  assert.deepEqual(told, [
    ["hidden", false],
    ["begin", "a=1"],
    ["visible", "a=1"],
    ["hidden", "a=1"],
  ]);
  assert.equal(seen.sent.length, 2, "what it wants leaves before the page ends");
});

test("one look is to come at a time: a later wish takes the place of an earlier one, and 0 is none", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const becomes = background(t, "visible");
  const look = (after) => [{ do: "look", after }];
  const plans = { begin: look(1), heard: look(3), hidden: look(0), looked: look(2) };
  const { room, asked } = page(t, { plans });
  await turns();
  room.hear({ event: {} });
  await turns();
  t.mock.timers.tick(2_999);
  await turns();
  assert.deepEqual(asked(), ["begin", "heard"]);
  t.mock.timers.tick(1);
  await turns();
  assert.deepEqual(asked(), ["begin", "heard", "looked"]);
  becomes("hidden");
  t.mock.timers.tick(60_000);
  await turns();
  assert.deepEqual(asked(), ["begin", "heard", "looked", "hidden"]);
});

test("each turn looks at the device anew", async (t) => {
  const { seen, room, device } = page(t);
  await turns();
  device.cookie = "changed=1";
  room.hear({ event: {} });
  await turns();
  assert.deepEqual(
    seen.questions.map(({ jar }) => jar.cookie),
    ["", "changed=1"],
  );
});

test("what came of cleaning the address is told at once, in the same turn and with the same device", async (t) => {
  const cleaned = [];
  const leg = {
    clean: (...given) => {
      cleaned.push(given);
      return "query";
    },
    acts: {},
  };
  const clean = { do: "clean", url: "https://shop.example/", referrer: "" };
  const { seen, room, asked } = page(t, { leg, plans: { heard: [clean], cleaned: [beacon] } });
  room.hear({ event: { name: "page_viewed" } });
  room.hear({ event: { name: "cart_viewed" } });
  await turns();
  assert.deepEqual(asked().slice(0, 4), ["begin", "heard", "cleaned", "heard"]);
  assert.deepEqual(cleaned[0], ["https://shop.example/", ""]);
  const [, { jar, now }, answer] = seen.questions;
  assert.deepEqual(answer, { do: "cleaned", what: "query", jar, now, events: 2 });
  assert.equal(seen.sent.length, 2, "the plan that follows is carried out");
});

test("an answer is told with its Retry-After; a wake asks again", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { seen } = page(t, {
    plans: { begin: [beacon, { do: "wake", after: 4 }] },
    answers: () => ({ status: 503, headers: { "Retry-After": "30" } }),
  });
  await turns();
  const { key, status, retryAfter } = seen.questions[1];
  assert.deepEqual([key, status, retryAfter], ["k", 503, 30]);
  t.mock.timers.tick(4_000);
  await turns();
  assert.equal(seen.questions[2].do, "woken");
});

test("a Retry-After is read as seconds, and as a date", async (t) => {
  const now = Date.parse("1994-11-06T08:49:37Z");
  t.mock.timers.enable({ apis: ["Date"], now });
  for (const [told, seconds] of [
    ["30", 30],
    ["99", 99],
    ["0", 0],
    ["Sun, 06 Nov 1994 08:50:07 GMT", 30],
    ["Sunday, 06-Nov-94 08:50:07 GMT", 30],
    ["Sun, 06 Nov 1994 08:49:07 GMT", -30], // the module waits a second at least
    ["soon", null],
    [undefined, null],
  ]) {
    const headers = told === undefined ? {} : { "Retry-After": told };
    const { seen } = page(t, {
      plans: { begin: [beacon] },
      answers: () => ({ status: 503, headers }),
    });
    await turns();
    // As the module is asked: in JSON.
    const { retryAfter } = JSON.parse(JSON.stringify(seen.questions[1]));
    assert.equal(retryAfter ?? null, seconds, told);
  }
});

const cyclic = { name: "page_viewed" };
cyclic.data = cyclic;
const illegible = {
  "a cycle": cyclic,
  "a getter that throws": {
    get name() {
      throw new TypeError("odd value jane@example.com");
    },
  },
  "a BigInt": { name: "page_viewed", data: { amount: 10n } },
};

for (const [what, event] of Object.entries(illegible)) {
  test(`an event with ${what} is left out with one line, and the next one is reported`, async (t) => {
    const heard = [{ heard: { event }, jar: { cookie: "", storage: {} }, now: 0 }];
    const { seen, room, asked } = page(t, { heard, plans: { heard: [beacon] } });
    room.hear({ event });
    room.hear({ event });
    room.hear({ event: { name: "cart_viewed" } });
    await turns();
    assert.deepEqual(asked().slice(0, 2), ["begin", "heard"]);
    assert.equal(seen.questions[1].event.name, "cart_viewed");
    assert.equal(seen.sent.length, 1);
    assert.deepEqual(seen.warnings, [
      "[assent] an event cannot be read, and is left out: TypeError",
    ]);
  });
}

test("a signal that cannot be read may have been a no: it says nothing, and takes the place of what was known", async (t) => {
  const told = { privacy: "heed", bridge: "heed_bridge" };
  for (const [kind, word] of Object.entries(told)) {
    const { seen, room, asked } = page(t, { plans: { heard: [beacon] } });
    const before = asked().length;
    room.hear({ [kind]: { customerPrivacy: 10n } });
    await turns();
    const since = seen.questions.slice(before);
    assert.deepEqual(
      since.find((question) => question.do === word),
      { do: word, now: since[0].now, events: 0 },
    );
    assert.ok(since.some((question) => question.do === "signalled"));
    assert.deepEqual(seen.warnings, [
      "[assent] a signal cannot be read, and counts as undecided: TypeError",
    ]);
  }
});

test("where the module is removed it is not kept any more, also if that has begun", async (t) => {
  const removal = { do: "store", key: "assent.module", value: null };
  const { room, device } = page(t, {
    plans: { begin: [removal] },
    storage: { "assent.module": "sha256-x …" },
    before: (room) => Object.assign(room, { fetched: new ArrayBuffer(8) }),
  });
  await turns();
  assert.deepEqual([room.fetched, device.storage], [undefined, {}]);
});

test("a cart of ten megabytes is cut to the lines that are read, and the page goes on", async (t) => {
  const line = { title: "x".repeat(900), cost: { amount: 1 } };
  const lines = Array.from({ length: 11_000 }, () => line);
  const { seen, room } = page(t, { plans: { heard: [beacon] } });
  room.hear({ event: { name: "cart_viewed", data: { cart: { lines } } } });
  room.hear({ event: { name: "page_viewed", data: { cart: { lines: lines.slice(0, 600) } } } });
  await turns();
  const [, large, usual] = seen.questions;
  assert.equal(large.event.data.cart.lines.length, 500);
  assert.deepEqual(large.event.data.cart.lines[499], line);
  assert.equal(usual.event.data.cart.lines.length, 600, "no list is cut in an event that is short");
  assert.deepEqual([seen.warnings, seen.sent.length], [[], 2]);
});

test("a module that traps is dead: one line, and nothing more is asked", async (t) => {
  const { seen, room, asked } = page(t, {
    plans: { heard: new Error("unreachable"), signalled: [beacon] },
  });
  room.hear({ event: {} });
  room.hear({ event: {} });
  room.hear({ privacy: {} });
  await turns();
  room.hear({ event: {} });
  await turns();
  assert.deepEqual(asked(), ["heed", "begin", "heard"]);
  assert.deepEqual(seen.warnings, [
    "[assent] stopped, nothing more is sent from this page: unreachable",
  ]);
});

test("an act that fails is told once a page, with its reason and without what it was to do; the others are done", async (t) => {
  const write = [
    { do: "cookie", text: "_assent=secret" },
    { do: "store", key: "assent.outbox", value: "secret" },
  ];
  const full = () => new DOMException("the quota has been exceeded", "QuotaExceededError");
  for (const writes of [
    async () => {
      throw full();
    },
    () => {
      throw full();
    },
  ]) {
    const before = ({ browser }) => {
      browser.cookie.set = writes;
      browser.localStorage.setItem = writes;
    };
    const { seen } = page(t, { plans: { begin: [...write, ...write, beacon] }, before });
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
  const leg = {
    acts: {
      track() {
        throw new TypeError("odd value jane@example.com");
      },
    },
  };
  const track = { do: "track", call: { name: "Search", params: {}, options: {} } };
  const { seen } = page(t, { leg, plans: { begin: [track, track] } });
  await turns();
  assert.deepEqual(seen.warnings, ["[assent] track failed: TypeError"]);
});

const words = {
  400: "unreadable",
  403: "no_grant",
  404: "unknown_shop",
  413: "too_large",
  415: "unreadable",
  422: "bad_event",
  429: "rate_limited",
  503: "busy",
};

test("the endpoint's own word is told to the module with the status", async (t) => {
  const rows = [
    [taken, "accepted"],
    [{ status: 202, said: { accepted: 0, duplicate: 1, refused: [] } }, "accepted"],
    [{ status: 202, said: { withdrawn: true } }, "withdrawn"],
    ...Object.entries(words).map(([status, reason]) => [problem(Number(status), reason), reason]),
    [problem(403, "withdrawn"), "withdrawn"],
  ];
  for (const [answer, word] of rows) {
    const { seen } = page(t, { plans: { begin: [beacon] }, answers: () => answer });
    await turns();
    const { key, status, said } = seen.questions[1];
    assert.deepEqual([key, status, said], ["k", answer.status, word]);
  }
});

test("what stands between has no such word, whatever it answers", async (t) => {
  const json = { "Content-Type": "application/json" };
  for (const status of [200, 202, 204, 302, 400, 401, 403, 404, 407, 422, 451, 499, 500, 503])
    for (const answer of [
      { status }, // HTML, or nothing
      { status, headers: json, said: null },
      { status, headers: json, said: {} },
      { status, headers: json, said: [] },
      { status, headers: json, said: 7 },
      { status, headers: json, said: "accepted" },
      { status, headers: json, said: { message: "Forbidden" } },
      { status, headers: json, said: { accepted: "no", withdrawn: false } },
      ...(status === 202 ? [] : [{ status, headers: json, said: { reason: "no_grant" } }]),
      ...(status === 202 ? [] : [{ status, said: { reason: "no_grant" } }]),
      ...(status === 202 ? [] : [{ status, headers: json, said: { accepted: 1 } }]),
    ]) {
      const { seen } = page(t, { plans: { begin: [beacon] }, answers: () => answer });
      await turns();
      const told = seen.questions[1];
      assert.equal(told.status, status);
      assert.ok(!told.said, `${status} ${JSON.stringify(answer.said)}: ${told.said}`);
    }
});

test("a request goes to the endpoint and nowhere else, carries nothing of the shop's, and does not wait for ever", async (t) => {
  const { seen } = page(t, { plans: { begin: [beacon] } });
  await turns();
  const [[url, , { redirect, credentials, keepalive, method, signal, headers }]] = seen.sent;
  assert.deepEqual(
    { url, redirect, credentials, keepalive, method, headers },
    {
      url: endpoint,
      redirect: "error",
      credentials: "omit",
      keepalive: true,
      method: "POST",
      headers: undefined,
    },
  );
  assert.ok(signal instanceof AbortSignal);
});

test("without AbortSignal.timeout a request is sent all the same", async (t) => {
  const { timeout } = AbortSignal;
  AbortSignal.timeout = undefined;
  t.after(() => Object.assign(AbortSignal, { timeout }));
  const { seen } = page(t, { plans: { begin: [beacon] } });
  await turns();
  assert.deepEqual([seen.sent.length, seen.sent[0][2].signal], [1, undefined]);
});

test("an answer that means a wrong set-up is told once a page, with what to check", async (t) => {
  const twice = { begin: [beacon, { ...beacon, key: "l" }] };
  const between = [200, 202, 204, 302, 401, 403, 404, 405, 407, 429, 451, 499];
  for (const answer of [
    ...[404, 413, 415, 422].map((status) => problem(status, words[status])),
    ...between.map((status) => ({ status })),
  ]) {
    const { seen } = page(t, { plans: twice, answers: () => answer });
    await turns();
    assert.equal(seen.sent.length, 2);
    assert.equal(seen.warnings.length, 1);
    assert.match(
      seen.warnings[0],
      new RegExp(`^\\[assent\\] ${endpoint} answered ${answer.status}: .{20,}`),
    );
  }
  for (const answer of [
    taken,
    ...[400, 403, 429, 503].map((status) => problem(status, words[status])),
    ...[500, 502, 503].map((status) => ({ status })),
  ]) {
    const { seen } = page(t, { plans: { begin: [beacon] }, answers: () => answer });
    await turns();
    assert.deepEqual(warningsOf(seen, "answered"), [], `${answer.status}`);
  }
});

test("settings that the module refuses are thrown on", () => {
  const door = {
    open() {
      throw "its settings cannot be read; print them again";
    },
  };
  assert.throws(
    () => run(door, { ...sandbox().room, settings, heard: [] }),
    (words) => /print them again/.test(words),
  );
});
