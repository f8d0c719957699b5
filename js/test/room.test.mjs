// The waiting room: when it opens, what it hands over, and that nothing happens before.
import assert from "node:assert/strict";
import test from "node:test";
import { wait } from "../src/room.js";
import { recalled } from "../src/waited.js";
import { waitHosted } from "./hosting.mjs";
import { permitted, sandbox, turns } from "./sandbox.mjs";

const traces = {
  "cookie _assent": { cookie: "a=1; _assent=0a1b; b=2" },
  "cookie _assent_c": { cookie: "_assent_c=RS5DLlA" },
  "assent.fired": { storage: { "assent.fired": "x" } },
  "assent.outbox": { storage: { "assent.outbox": "x" } },
  "assent.bridge": { storage: { "assent.bridge": "x" } },
  "assent.withdrawn": { storage: { "assent.withdrawn": "x" } },
};
const none = {
  nothing: {},
  "another's cookies": { cookie: "x_assent=1; _assentx=1; a=_assent=1; _assent_cc=1" },
  "keys that were emptied": { storage: { "assent.fired": "", "assent.outbox": "" } },
  "a kept module alone": { storage: { "assent.module": "sha256-x y" } },
};
const parts = ["cookie", "assent.fired", "assent.outbox", "assent.bridge", "assent.withdrawn"];
const unreadable = {
  throws: () => {
    throw new Error("forbidden");
  },
  rejects: async () => {
    throw new Error("forbidden");
  },
  "gives undefined": async () => undefined,
  "gives a number": async () => 7,
};
const answers = [true, false, null, undefined, "true", 1];
const pairs = answers.flatMap((marketingAllowed) =>
  answers.map((saleOfDataAllowed) => ({ marketingAllowed, saleOfDataAllowed })),
);
const allows = ({ marketingAllowed, saleOfDataAllowed }) =>
  marketingAllowed === true && saleOfDataAllowed === true;

/** A page in the room, `isPatient` in a hosted form's; `loads` counts how often the module was asked for. */
function enter(given, { isPatient = false, load = async () => "module" } = {}) {
  const page = sandbox(given);
  page.loads = 0;
  const counted = () => {
    page.loads += 1;
    return load();
  };
  page.done = isPatient ? waitHosted(page.room, counted) : wait(page.room, counted);
  page.done.catch(() => {});
  return page;
}

test("it opens exactly where Shopify permits both, or a trace of ours is there", async () => {
  for (const [what, left] of Object.entries({ ...traces, ...none }))
    for (const isPatient of [false, true])
      for (const privacy of [...pairs, undefined, null, "yes"]) {
        const page = enter({ privacy, ...left }, { isPatient });
        await turns();
        const expected = what in traces || (privacy && allows(privacy)) ? 1 : 0;
        assert.equal(page.loads, expected, `${what}, ${JSON.stringify(privacy)}`);
      }
});

test("a later word of Shopify's opens it exactly if it permits both, however often it has said no", async () => {
  for (const privacy of pairs) {
    const page = enter({ privacy: { ...permitted, marketingAllowed: false } });
    await turns();
    page.told.visitorConsentCollected({ customerPrivacy: { marketingAllowed: false } });
    page.told.visitorConsentCollected(undefined);
    await turns();
    assert.equal(page.loads, 0);
    page.told.visitorConsentCollected({ customerPrivacy: privacy });
    page.told.visitorConsentCollected({ customerPrivacy: privacy });
    await turns();
    assert.equal(page.loads, allows(privacy) ? 1 : 0, JSON.stringify(privacy));
  }
});

test("a trace that comes later, from another tab, is found at the next signal of either kind", async () => {
  for (const signal of ["visitorConsentCollected", "assent:consent"])
    for (const left of Object.values(traces)) {
      const page = enter({});
      await turns();
      Object.assign(page.device, left);
      page.told.all_standard_events({ name: "page_viewed" });
      await turns();
      assert.equal(page.loads, 0, "an event is no reason to look");
      page.told[signal]({});
      await turns();
      assert.equal(page.loads, 1);
    }
});

test("what cannot be read opens it, each part by itself", async () => {
  for (const part of parts)
    for (const [how, answer] of Object.entries(unreadable)) {
      const page = enter({ answers: { [part]: answer } });
      await turns();
      assert.equal(page.loads, 1, `${part} ${how}`);
    }
});

test("a device that never answers opens it after ten seconds", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const page = enter({ answers: { "assent.fired": () => new Promise(() => {}) } });
  await turns();
  t.mock.timers.tick(9_999);
  await turns();
  assert.equal(page.loads, 0);
  t.mock.timers.tick(1);
  await turns();
  assert.equal(page.loads, 1);
});

test("hosted, an unreadable device is looked at again after 1, 2, 4 … 32 s and never fetched for; a trace then opens it", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  for (const part of parts) {
    let looks = 0;
    const broken = () => {
      looks += 1;
      throw new Error("forbidden");
    };
    const page = enter({ answers: { [part]: broken } }, { isPatient: true });
    await turns();
    assert.equal(looks, 1);
    for (const [at, seconds] of [1, 2, 4, 8, 16, 32].entries()) {
      t.mock.timers.tick(seconds * 1000 - 1);
      await turns();
      assert.equal(looks, at + 1);
      t.mock.timers.tick(1);
      await turns();
      assert.equal(looks, at + 2);
    }
    t.mock.timers.tick(3_600_000);
    await turns();
    assert.deepEqual([looks, page.loads], [7, 0], part);

    const mended = { cookie: async () => "_assent=1" };
    let left = 2;
    const answers = {
      [part]: () => (left-- > 0 ? broken() : (mended[part]?.() ?? Promise.resolve("x"))),
    };
    const later = enter({ answers }, { isPatient: true });
    await turns();
    t.mock.timers.tick(1_000);
    await turns();
    assert.equal(later.loads, 0);
    t.mock.timers.tick(2_000);
    await turns();
    assert.equal(later.loads, 1, part);
  }
});

test("hosted, Shopify's permission opens it whatever can be read", async () => {
  const page = enter(
    { privacy: permitted, answers: { cookie: unreadable.throws } },
    { isPatient: true },
  );
  await turns();
  assert.equal(page.loads, 1);
});

for (const isPatient of [false, true])
  test(`everything heard is handed over in its order, with its time and the cookies as they were last seen, ${isPatient ? "hosted" : "pasted"}`, async (t) => {
    t.mock.timers.enable({ apis: ["Date"], now: 1_772_442_000_000 });
    const page = enter(
      { cookie: "a=1", settings: { customEvents: { joined: {} } } },
      { isPatient },
    );
    // Before the device has answered: the first look tells what it was like.
    page.told.all_standard_events({ name: "page_viewed" });
    await turns();
    t.mock.timers.setTime(1_772_442_005_000);
    page.told.all_standard_events({ name: "product_viewed" });
    page.told.all_custom_events({ name: "joined" });
    page.device.cookie = "a=2";
    page.told["assent:consent"]({ customData: { marketing: false } });
    t.mock.timers.setTime(1_672_442_000_000); // somebody has set the clock: three years back
    await turns();
    page.told.all_standard_events({ name: "cart_viewed" });
    page.told.visitorConsentCollected({ customerPrivacy: permitted });
    page.told.all_standard_events({ name: "checkout_started" });
    assert.equal(await page.done, "module");
    page.told.all_standard_events({ name: "payment_info_submitted" });
    const jar = (cookie) => ({ cookie, storage: {} });
    assert.deepEqual(recalled(page.room.heard), [
      { heard: { event: { name: "page_viewed" } }, jar: jar("a=1"), now: 1_772_442_000_000 },
      { heard: { event: { name: "product_viewed" } }, jar: jar("a=1"), now: 1_772_442_005_000 },
      { heard: { event: { name: "joined" } }, jar: jar("a=1"), now: 1_772_442_005_000 },
      {
        heard: { bridge: { customData: { marketing: false } } },
        jar: jar("a=1"),
        now: 1_772_442_005_000,
      },
      { heard: { event: { name: "cart_viewed" } }, jar: jar("a=2"), now: 1_672_442_000_000 },
      {
        heard: { privacy: { customerPrivacy: permitted } },
        jar: jar("a=2"),
        now: 1_672_442_000_000,
      },
      { heard: { event: { name: "checkout_started" } }, jar: jar("a=2"), now: 1_672_442_000_000 },
      {
        heard: { event: { name: "payment_info_submitted" } },
        jar: jar("a=2"),
        now: 1_672_442_000_000,
      },
    ]);
  });

test("standard events have one subscription, custom events another where the shop reports some, made at once", () => {
  const signals = ["visitorConsentCollected", "assent:consent"];
  for (const [customEvents, events] of [
    [{ joined: {} }, ["all_standard_events", "all_custom_events"]],
    [{}, ["all_standard_events"]],
    [undefined, ["all_standard_events"]],
  ])
    assert.deepEqual(enter({ settings: { customEvents } }).asked, [...signals, ...events]);
});

for (const failing of [
  "visitorConsentCollected",
  "assent:consent",
  "all_standard_events",
  "all_custom_events",
]) {
  test(`without the subscription to ${failing} nothing is loaded, whatever else is heard`, async () => {
    for (const isPatient of [false, true])
      for (const subscribe of [
        async (name) => {
          if (name === failing) throw new Error("no such event");
        },
        (name) => {
          if (name === failing) throw new Error("no such event");
        },
      ]) {
        const page = enter(
          { subscribe, settings: { customEvents: { joined: {} } } },
          { isPatient },
        );
        await assert.rejects(page.done, /no such event/);
        for (const tell of Object.values(page.told)) tell({ customerPrivacy: permitted });
        await turns();
        const told = page.room.heard.filter(([kind]) => kind !== "cookie");
        assert.deepEqual([page.loads, told], [0, []]);
      }
  });

  for (const isPatient of [false, true])
    test(`an answer about ${failing} that has not come within ten seconds stops the page, ${isPatient ? "hosted" : "pasted"}`, async (t) => {
      t.mock.timers.enable({ apis: ["setTimeout"] });
      for (const privacy of [permitted, undefined]) {
        const page = enter(
          {
            subscribe: (name) => (name === failing ? new Promise(() => {}) : undefined),
            settings: { customEvents: { joined: {} } },
            privacy,
          },
          { isPatient },
        );
        const stopped = [];
        page.done.catch((error) => stopped.push(error));
        await turns();
        t.mock.timers.tick(9_999);
        await turns();
        assert.deepEqual(stopped, []);
        t.mock.timers.tick(1);
        await turns();
        assert.match(String(stopped), /no answer within 10 s/);
      }
    });
}

test("the module is on its way while Shopify's page answers, and begins after it has", async () => {
  let answer;
  const answered = new Promise((resolve) => {
    answer = resolve;
  });
  const page = enter({ privacy: permitted, subscribe: () => answered });
  let begun = false;
  page.done.then(() => {
    begun = true;
  });
  await turns();
  assert.deepEqual([page.loads, begun], [1, false]);
  answer();
  await turns();
  assert.equal(begun, true);
});

test("a module that cannot be loaded rejects with its reason", async () => {
  const load = async () => {
    throw new Error("no such module");
  };
  const page = enter({ privacy: permitted }, { load });
  await assert.rejects(page.done, /no such module/);
  page.told.all_standard_events({});
  assert.deepEqual(page.room.heard, []);
});

test("in debug mode it says of each thing heard that it waits, and for what; otherwise nothing", async (t) => {
  const lines = [];
  t.mock.method(console, "info", (line) => lines.push(line));
  const href = "https://shop.example/?utm_source=x&assent_debug=1";
  const debug = { settings: { debug: true }, href };
  const page = enter(debug);
  await turns();
  page.told.visitorConsentCollected({});
  page.told["assent:consent"]({});
  await turns();
  page.told.all_standard_events({ name: "page_viewed" });
  const waits = (what) => `[assent] ${what}: waits for Shopify's permission`;
  const said = ["start", "consent", "consent", "page_viewed"].map(waits);
  assert.deepEqual(lines.splice(0), said);
  enter({ ...debug, privacy: permitted });
  enter({ ...debug, cookie: "_assent=1" });
  enter({ ...debug, settings: { debug: false } });
  enter({ ...debug, settings: {} });
  enter({ ...debug, href: "https://shop.example/" });
  await turns();
  assert.deepEqual(lines, []);
});
