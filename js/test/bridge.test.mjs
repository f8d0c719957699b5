import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test as nodeTest } from "node:test";
import vm from "node:vm";
import { gzipSync } from "node:zlib";
import { bridgeCode, bridgeLimit, bridgeSource } from "../build/bridge.mjs";
import { denied, granted, Page, startOfTime } from "./page.mjs";

const built = await bridgeCode();
const codes = { "as written": readFileSync(bridgeSource, "utf8"), "as built": built };

/** Each promise is held by the source and by what is pasted. */
function test(name, body) {
  for (const [which, code] of Object.entries(codes))
    nodeTest(`${name} (${which})`, (t) => body(() => new BridgedPage(code), t));
}

class BridgedPage extends Page {
  constructor(code) {
    super();
    this.code = code;
  }
  bridge() {
    this.run(this.code);
    return this;
  }
  tell(...words) {
    return this.window.assentConsent(...words);
  }
}

const hour = 3_600_000;

test("at the start it says that nobody has decided, and then nothing more", (page) => {
  const it = page().shopify().bridge().pass(hour);
  assert.deepEqual(it.published, [
    ["assent:consent", { marketing: null, source: "bridge", at: startOfTime, id: null }],
  ]);
});

test("a yes in Consent Mode is heard wherever the bridge stands", (page) => {
  const steps = {
    shopify: (it) => it.shopify(),
    bridge: (it) => it.bridge(),
    gtag: (it) => {
      it.gtag("consent", "default", { ...denied, wait_for_update: 500 });
      it.gtag("js", new Date());
      it.gtag("consent", "update", granted);
    },
  };
  for (const order of permutations(Object.keys(steps))) {
    const it = page();
    for (const step of order) steps[step](it);
    it.pass(hour);
    assert.deepEqual(
      it.last,
      { marketing: true, source: "gtag", at: startOfTime, id: null },
      order.join(", "),
    );
  }
});

test("a default alone is no decision, whatever it says", (page) => {
  for (const state of [granted, denied, { ...granted, region: ["US"] }]) {
    const it = page().shopify().bridge();
    it.gtag("consent", "default", state);
    assert.deepEqual(it.pass(hour).said, [null]);
  }
});

test("any of the three denied in an update is a no", (page) => {
  for (const key of Object.keys(granted)) {
    const it = page().shopify().bridge();
    it.gtag("consent", "update", { ...granted, [key]: "denied" });
    assert.deepEqual(it.said, [null, false], key);
  }
});

test("analytics is not marketing", (page) => {
  const it = page().shopify().bridge();
  it.gtag("consent", "default", granted);
  it.gtag("consent", "update", { analytics_storage: "denied" });
  it.gtag("consent", "update", { analytics_storage: "granted" });
  assert.deepEqual(it.said, [null]);
});

test("a key that was never updated keeps its default, if that holds for every shopper", (page) => {
  const update = { ad_storage: "granted" };
  const rows = [
    { defaults: [], says: null },
    { defaults: [granted], says: true },
    { defaults: [denied], says: null },
    {
      defaults: [{ ad_storage: "denied", ad_user_data: "granted", ad_personalization: "granted" }],
      says: true,
    },
    { defaults: [granted, denied], says: null },
    { defaults: [denied, granted], says: null },
    { defaults: [{ ...granted, region: ["US"] }], says: null },
    { defaults: [granted, { ...denied, region: ["DE"] }], says: null },
    { defaults: [{ ...denied, region: ["DE"] }, granted], says: null },
    { defaults: [{ ad_user_data: "granted" }], says: null },
  ];
  for (const { defaults, says } of rows) {
    const it = page().shopify().bridge();
    for (const state of defaults) it.gtag("consent", "default", state);
    it.gtag("consent", "update", update);
    assert.equal(it.last.marketing, says, JSON.stringify(defaults));
  }
});

test("updates in parts add up, and a later word on a key replaces the earlier", (page) => {
  const it = page().shopify().bridge();
  it.gtag("consent", "default", denied);
  it.gtag("consent", "update", { ad_storage: "granted" });
  it.gtag("consent", "update", { ad_user_data: "granted" });
  assert.deepEqual(it.said, [null]);
  it.gtag("consent", "update", { ad_personalization: "granted" });
  it.gtag("consent", "update", { ad_user_data: "denied" });
  it.gtag("consent", "default", granted);
  it.gtag("consent", "update", { ad_user_data: "granted" });
  assert.deepEqual(it.said, [null, true, false, true]);
});

test("a yes can be withdrawn and given again, each with its time", (page) => {
  const it = page().shopify().bridge().pass(5_000);
  it.gtag("consent", "update", granted);
  it.pass(60_000);
  it.gtag("consent", "update", denied);
  it.pass(60_000);
  it.gtag("consent", "update", granted);
  assert.deepEqual(
    it.published.map(([, { marketing, at }]) => [marketing, at - startOfTime]),
    [
      [null, 0],
      [true, 5],
      [false, 65],
      [true, 125],
    ],
  );
});

test("a word that is neither granted nor denied is no yes, not even after one", (page) => {
  for (const word of [
    true,
    1,
    "GRANTED",
    "granted ",
    "",
    null,
    undefined,
    {},
    ["granted"],
    new String("granted"),
  ]) {
    const it = page().shopify().bridge();
    it.gtag("consent", "default", granted);
    it.gtag("consent", "update", granted);
    it.gtag("consent", "update", { ad_user_data: word });
    assert.deepEqual(it.said, [null, true, null], String(word));
  }
});

test("what has been said is not said again", (page) => {
  const it = page().shopify().bridge();
  for (let times = 0; times < 3; times++) {
    it.gtag("consent", "update", granted);
    it.pass(hour);
  }
  assert.deepEqual(it.said, [null, true]);
});

test("what a page decided while Shopify was not there is told as it is when Shopify comes, with the time it was heard", (page) => {
  const it = page().bridge();
  it.gtag("consent", "update", granted);
  it.pass(2_000);
  it.gtag("consent", "update", denied);
  it.pass(20_000).shopify().pass(60_000);
  assert.deepEqual(it.published, [
    ["assent:consent", { marketing: false, source: "gtag", at: startOfTime + 2, id: null }],
  ]);
});

test("Shopify's first queue is enough", (page) => {
  const it = page();
  it.run(
    "window.Shopify = { analytics: { replayQueue: [], publish: function () { this.replayQueue.push(arguments); } } };",
  );
  it.bridge();
  it.gtag("consent", "update", granted);
  const queue = it.run(
    "Shopify.analytics.replayQueue.map(function (call) { return [call[0], call[1].marketing]; })",
  );
  assert.deepEqual(JSON.parse(JSON.stringify(queue)), [
    ["assent:consent", null],
    ["assent:consent", true],
  ]);
});

test("without Shopify it stops looking; a later decision makes it look again, and stop again", (page) => {
  const it = page().bridge().pass(110_000);
  assert.equal(it.timers, 0);
  assert.ok(it.timersStarted <= 12, `${it.timersStarted} timers`);
  it.pass(hour).shopify().pass(hour);
  assert.deepEqual(it.published, []);
  it.gtag("consent", "update", granted);
  assert.deepEqual(it.said, [true]);
  it.pass(hour);
  assert.equal(it.timers, 0);
  assert.ok(it.timersStarted <= 24, `${it.timersStarted} timers`);
});

test("a publish that throws stays outside the page, and is tried again for a while", (page) => {
  const it = page();
  let calls = 0;
  it.window.Shopify = {
    analytics: {
      publish: () => {
        calls++;
        throw new Error("not now");
      },
    },
  };
  it.bridge();
  assert.equal(it.gtag("consent", "update", granted), undefined);
  it.pass(hour);
  assert.ok(calls > 2 && calls < 30, `${calls} calls`);
  assert.equal(it.timers, 0);
  it.shopify();
  it.gtag("consent", "update", denied);
  assert.deepEqual(it.said, [false]);
});

test("a decision made inside publish is not lost, and comes after the one being told", (page) => {
  const it = page();
  const said = [];
  it.window.Shopify = {
    analytics: {
      publish: (_name, { marketing }) => {
        said.push(marketing);
        if (marketing === null) it.gtag("consent", "update", granted);
        if (marketing === true) it.gtag("consent", "update", denied);
      },
    },
  };
  it.bridge().pass(hour);
  assert.deepEqual(said, [null, true, false]);
});

test("push keeps its `this`, its arguments, its answer and its errors", (page) => {
  const it = page().shopify();
  it.run(`
    dataLayer = [];
    calls = [];
    dataLayer.push = function () { calls.push([this === dataLayer, Array.from(arguments)]); return "answer"; };
  `);
  it.bridge();
  const one = { event: "one" };
  assert.equal(it.window.dataLayer.push(one, "two", null), "answer");
  assert.equal(it.window.calls.length, 1);
  assert.equal(it.window.calls[0][0], true);
  assert.equal(it.window.calls[0][1][0], one);
  assert.deepEqual([...it.window.calls[0][1]], [one, "two", null]);

  it.run(
    "dataLayer = []; failure = new Error('theirs'); dataLayer.push = function () { throw failure; };",
  );
  it.pass(60_000);
  assert.throws(
    () => it.gtag("consent", "update", denied),
    (error) => error === it.window.failure,
  );
  assert.equal(it.last.marketing, false, "what was pushed is heard even so");
});

test("an ordinary push answers with the new length", (page) => {
  const it = page().shopify().bridge();
  assert.equal(it.run("dataLayer.push({ event: 'a' })"), 1);
  assert.equal(it.run("dataLayer.push({ event: 'b' }, { event: 'c' })"), 3);
  assert.equal(it.run("dataLayer.length"), 3);
});

// Google Tag Manager keeps the push it finds and calls it, with the array as `this`, from its own.
const wrap =
  "(function () { var inner = dataLayer.push; dataLayer.push = function () { outer++; return inner.apply(dataLayer, arguments); }; })();";

test("other wrappers, before and after ours, are called once for each push", (page) => {
  const it = page().shopify();
  it.run(`dataLayer = []; outer = 0; ${wrap}`);
  it.bridge();
  it.run(wrap);
  it.pass(hour);
  assert.equal(it.run("dataLayer.push({ event: 'a' })"), 1);
  assert.equal(it.window.outer, 2);
  it.gtag("consent", "update", granted);
  assert.equal(it.window.outer, 4);
  assert.equal(it.window.dataLayer.length, 2);
  assert.deepEqual(it.said, [null, true]);
});

test("a decision pushed while another is being pushed counts as the later one", (page) => {
  const it = page().shopify();
  it.run(`
    dataLayer = [];
    function gtag() { dataLayer.push(arguments); }
    dataLayer.push = function (entry) {
      if (entry[1] === "update" && entry[2].ad_storage === "granted") gtag("consent", "update", { ad_storage: "denied" });
      return Array.prototype.push.apply(this, arguments);
    };
  `);
  it.bridge();
  it.gtag("consent", "update", granted);
  assert.equal(it.pass(hour).last.marketing, false);
});

test("a push put in place of ours is found out, and heard from then on", (page) => {
  const it = page().shopify().bridge().pass(1_000);
  it.run("dataLayer.push = function () { return Array.prototype.push.apply(this, arguments); };");
  it.gtag("consent", "update", granted);
  assert.deepEqual(it.said, [null], "not heard at once");
  it.pass(5_000);
  assert.deepEqual(it.said, [null, true]);
  it.gtag("consent", "update", denied);
  assert.deepEqual(it.said, [null, true, false], "heard at once");
});

test("an older yes that was missed does not undo a later no", (page) => {
  const it = page().shopify().bridge();
  it.run("function around() { Array.prototype.push.call(dataLayer, arguments); }");
  it.window.around("consent", "update", granted);
  it.gtag("consent", "update", denied);
  assert.deepEqual(it.pass(hour).said, [null, false]);
});

test("an array put in place of dataLayer is found, and heard from then on", (page) => {
  const it = page().shopify().bridge();
  it.gtag("consent", "update", granted);
  it.run("dataLayer = [{ event: 'page' }]");
  it.gtag("consent", "update", denied);
  it.pass(1_000);
  it.gtag("consent", "update", granted);
  assert.deepEqual(it.said, [null, true, false, true]);
});

test("entries that Tag Manager throws away are not needed again", (page) => {
  const it = page().shopify().bridge();
  it.gtag("consent", "default", denied);
  it.gtag("consent", "update", granted);
  it.run("dataLayer.splice(0); for (var i = 0; i < 300; i++) dataLayer.push({ event: i });");
  assert.deepEqual(it.pass(hour).said, [null, true]);
});

test("the same entry pushed again is a new command", (page) => {
  const it = page().shopify().bridge();
  it.run(
    "yes = ['consent', 'update', { ad_storage: 'granted', ad_user_data: 'granted', ad_personalization: 'granted' }];",
  );
  it.run("no = ['consent', 'update', { ad_storage: 'denied' }];");
  it.run("dataLayer.push(no); dataLayer.push(yes); dataLayer.push(no);");
  assert.deepEqual(it.said, [null, false, true, false]);
});

const hostile = {
  "a number": "dataLayer = 7",
  "a text": "dataLayer = 'consent'",
  "an object": "dataLayer = { 0: ['consent', 'update', null], length: 1 }",
  "a function": "dataLayer = function () {}",
  frozen: "dataLayer = Object.freeze([['consent', 'update', {}]])",
  "an array without push": "dataLayer = []; dataLayer.push = null",
  "a length that throws": "dataLayer = { get length() { throw 1; } }",
  "a getter that throws":
    "Object.defineProperty(window, 'dataLayer', { get: function () { throw 1; } })",
  "a value that cannot be set":
    "Object.defineProperty(window, 'dataLayer', { get: function () {}, configurable: false })",
  "a proxy that refuses":
    "dataLayer = new Proxy([], { get: function () { throw 1; }, set: function () { throw 1; } })",
  "odd entries": `dataLayer = [null, undefined, 0, "", "consent", Symbol("x"), [], {}, ["consent"], ["consent", "update"], ["consent", "update", 5],
    ["consent", "update", null], ["consent", "update", "granted"], [["consent"], "update", {}], { get 0() { throw 1; } }, function () {},
    ["consent", { toString: function () { throw 1; } }, {}], ["consent", "update", new Proxy({}, { has: function () { throw 1; } })],
    ["consent", "update", Object.create(null)], new Proxy([], { get: function () { throw 1; } })]`,
  "words that throw": `dataLayer = [["consent", "update", { get ad_storage() { throw 1; }, ad_user_data: "granted" }],
    ["consent", "update", { ad_storage: { toString: function () { throw 1; } } }],
    ["consent", "default", { ad_storage: "granted", get region() { throw 1; } }]]`,
  "deep and circular":
    "var loop = ['consent', 'update']; loop[2] = loop; dataLayer = [loop]; dataLayer.push(dataLayer)",
};

test("whatever stands in dataLayer, the page runs on, nothing is granted, and the bridge still serves", (page) => {
  for (const [name, script] of Object.entries(hostile)) {
    const it = page().shopify();
    it.run(script);
    it.bridge().pass(hour);
    assert.deepEqual(it.said, [null], name);
    it.tell(true, { source: "shop" });
    assert.deepEqual(it.said, [null, true], name);
  }
});

test("odd entries pushed one by one change nothing, and what is real is still heard", (page) => {
  const it = page().shopify().bridge();
  it.run(`all = []; ${hostile["odd entries"].replace("dataLayer", "all")}`);
  it.run("all.forEach(function (entry) { dataLayer.push(entry); }); dataLayer.push();");
  assert.equal(it.window.dataLayer.length, it.window.all.length);
  assert.deepEqual(it.said, [null]);
  it.gtag("consent", "update", granted);
  assert.deepEqual(it.said, [null, true]);
});

test("commands of other kinds decide nothing", (page) => {
  const it = page().shopify().bridge();
  it.gtag("set", granted);
  it.gtag("event", "consent", granted);
  it.gtag("consent", "declare", granted);
  it.gtag("Consent", "update", granted);
  it.run("dataLayer.push({ event: 'consent', consent: { ad_storage: 'granted' } })");
  assert.deepEqual(it.pass(hour).said, [null]);
});

test("a page whose timers are broken is not broken further", (page) => {
  const it = page().shopify();
  it.window.setTimeout = () => {
    throw new Error("no timers");
  };
  it.bridge();
  assert.deepEqual(it.said, [null]);
  it.tell(true);
  it.gtag("consent", "update", denied);
  assert.equal(it.last.marketing, false);
});

test("included twice, it speaks once and wraps once", (page) => {
  const it = page().shopify().bridge();
  const { push } = it.window.dataLayer;
  const { assentConsent } = it.window;
  it.bridge();
  it.gtag("consent", "update", granted);
  assert.equal(it.window.dataLayer.push, push);
  assert.equal(it.window.assentConsent, assentConsent);
  assert.deepEqual(it.pass(hour).said, [null, true]);
});

test("it leaves one name of its own on the page", (page) => {
  const it = page();
  const before = Object.getOwnPropertyNames(it.window);
  it.bridge();
  const after = Object.getOwnPropertyNames(it.window).filter((name) => !before.includes(name));
  assert.deepEqual(after.sort(), ["assentConsent", "dataLayer"]);
});

test("a CMP's word is told with its source, time and record id", (page) => {
  const it = page().shopify().bridge();
  it.tell(true, { source: "osano", at: 1_763_000_000, id: "abc" });
  assert.deepEqual(it.last, { marketing: true, source: "osano", at: 1_763_000_000, id: "abc" });
  it.pass(1_000);
  it.tell(false);
  assert.deepEqual(it.last, { marketing: false, source: "custom", at: startOfTime + 1, id: null });
  it.tell(null, { source: "osano" });
  assert.deepEqual(it.last, { marketing: null, source: "osano", at: startOfTime + 1, id: null });
});

test("a CMP's word that is no boolean is undecided", (page) => {
  for (const word of [undefined, 0, 1, "true", "granted", {}, [], NaN, Symbol("yes")]) {
    const it = page().shopify().bridge();
    it.tell(true);
    it.tell(word);
    assert.deepEqual(it.said, [null, true, null]);
    it.tell(true);
    assert.equal(it.last.marketing, true);
  }
});

test("a CMP's time may be in milliseconds or a Date; what is no time becomes now", (page) => {
  const rows = [
    [1_763_000_000.9, 1_763_000_000],
    [1_763_000_000_999, 1_763_000_000],
    [new Date(1_763_000_000_000), 1_763_000_000],
    ["1763000000", 1_763_000_000],
    ["yesterday", startOfTime],
    [NaN, startOfTime],
    [0, startOfTime],
    [null, startOfTime],
    [{}, startOfTime],
  ];
  for (const [at, expected] of rows) {
    const it = page().shopify().bridge();
    it.tell(true, { at });
    assert.equal(it.last.at, expected, String(at));
  }
});

test("a CMP that repeats itself is told once; a new time or id is news", (page) => {
  const it = page().shopify().bridge();
  for (let times = 0; times < 3; times++) {
    it.tell(true, { source: "osano" });
    it.pass(5_000);
  }
  assert.deepEqual(it.said, [null, true]);
  it.tell(true, { source: "osano", id: "new" });
  it.tell(true, { source: "osano", id: "new", at: 1_763_000_000 });
  assert.deepEqual(it.said, [null, true, true, true]);
});

test("a denial counts, however odd what is said about it", (page) => {
  const thrower = {
    get source() {
      throw new Error("theirs");
    },
  };
  for (const about of [
    null,
    5,
    "osano",
    thrower,
    { at: 5n },
    { id: Symbol("id") },
    {
      source: {
        toString() {
          throw new Error("theirs");
        },
      },
    },
  ]) {
    const it = page().shopify().bridge();
    it.tell(true);
    it.tell(false, about);
    assert.equal(it.last.marketing, false);
  }
});

test("a CMP's word goes before Consent Mode's, and a denial before both", (page) => {
  const update = { true: granted, false: denied };
  for (const cmp of [true, false, null]) {
    for (const mode of [true, false, null]) {
      for (const cmpFirst of [true, false]) {
        const it = page().shopify().bridge();
        const word = () => it.tell(cmp, { source: "osano" });
        if (cmpFirst) word();
        if (mode === null) it.gtag("consent", "default", denied);
        else it.gtag("consent", "update", update[mode]);
        if (!cmpFirst) word();
        const expected = cmp === false || mode === false ? false : cmp;
        assert.equal(it.last.marketing, expected, `the CMP says ${cmp}, Consent Mode ${mode}`);
      }
    }
  }
});

test("when Consent Mode takes its denial back, the CMP's word stands again", (page) => {
  const it = page().shopify().bridge();
  it.tell(true, { source: "osano", at: 1_763_000_000 });
  it.gtag("consent", "update", denied);
  it.gtag("consent", "update", granted);
  assert.deepEqual(
    it.published.map(([, { marketing, source }]) => [marketing, source]),
    [
      [null, "bridge"],
      [true, "osano"],
      [false, "gtag"],
      [true, "osano"],
    ],
  );
});

test("a CMP may speak before Shopify is there", (page) => {
  const it = page().bridge();
  it.tell(true, { source: "osano", at: 1_763_000_000 });
  it.shopify().pass(1_000);
  assert.deepEqual(it.published, [
    ["assent:consent", { marketing: true, source: "osano", at: 1_763_000_000, id: null }],
  ]);
});

// All short histories, wherever in them the bridge starts, against the rule written down a second
// time.
const commands = [
  ["default", granted],
  ["default", denied],
  ["default", { ...granted, region: ["US"] }],
  ["default", { ...denied, region: ["DE"] }],
  ["default", { ad_user_data: "granted", ad_personalization: "granted" }],
  ["update", granted],
  ["update", denied],
  ["update", { ad_storage: "granted" }],
  ["update", { ad_storage: "denied" }],
  ["update", { ad_user_data: "granted", ad_personalization: "granted" }],
  ["update", { ad_personalization: "denied" }],
  ["update", { ad_user_data: "maybe" }],
  ["update", { analytics_storage: "granted" }],
];

function ruleOf(history) {
  const column = (key) => {
    const of = (kind) => history.filter(([command, state]) => command === kind && key in state);
    const updated = of("update").map(([, state]) => state[key]);
    const defaults = of("default").map(([, state]) => (state.region ? "somewhere" : state[key]));
    if (updated.length > 0) return { updated: true, word: updated.at(-1) };
    return {
      updated: false,
      word:
        defaults.length > 0 && defaults.every((word) => word === "granted") ? "granted" : "none",
    };
  };
  const columns = Object.keys(granted).map(column);
  if (columns.some(({ updated, word }) => updated && word === "denied")) return false;
  const spoken = columns.some(({ updated }) => updated);
  return spoken && columns.every(({ word }) => word === "granted") ? true : null;
}

/** What is said of marketing after each command, and at last, when the bridge starts before the one
 *  numbered `start`. */
function saidOf(code, history, start) {
  const said = [];
  const window = { dataLayer: [] };
  const Shopify = { analytics: { publish: (_name, { marketing }) => said.push(marketing) } };
  const never = () => {};
  const begin = () =>
    new Function("window", "Shopify", "setTimeout", "clearTimeout", code)(
      window,
      Shopify,
      never,
      never,
    );
  const states = history.map(([command, state], index) => {
    if (index === start) begin();
    window.dataLayer.push(["consent", command, state]);
    return said.at(-1);
  });
  if (start === history.length) begin();
  return { said, states: [...states, said.at(-1)] };
}

for (const [which, code] of Object.entries(codes)) {
  nodeTest(
    `after each command of every short history it has said what the rule says, once (${which})`,
    (t) => {
      let histories = 0;
      for (const history of sequences(commands, 3)) {
        const rules = history.map((_, index) => ruleOf(history.slice(0, index + 1)));
        for (let start = 0; start <= history.length; start++) {
          const { said, states } = saidOf(code, history, start);
          const expected = [
            ...rules.map((rule, index) => (index < start ? undefined : rule)),
            ruleOf(history),
          ];
          assert.deepEqual(states, expected, JSON.stringify({ start, history }));
          assert.ok(
            said.every((word, index) => index === 0 || word !== said[index - 1]),
            "said twice",
          );
          histories++;
        }
      }
      t.diagnostic(`${histories} histories`);
    },
  );
}

nodeTest("it touches no storage, no network and no document", () => {
  assert.doesNotMatch(
    built,
    /document|cookie|[sS]torage(?!")|indexedDB|fetch|XMLHttpRequest|[bB]eacon|navigator|location|Image|import|eval/,
  );
});

nodeTest("it can stand in an inline classic script of a Liquid theme", () => {
  new vm.Script(built);
  assert.doesNotMatch(built, /<\/script|<!--|\{\{|\{%/i);
  assert.match(built, /^[\x20-\x7e]+\n$/);
});

nodeTest("it weighs little", (t) => {
  t.diagnostic(
    `js/dist/bridge.js: ${built.length} bytes, ${gzipSync(built, { level: 9 }).length} gzip`,
  );
  assert.ok(built.length <= bridgeLimit, `${built.length} bytes`);
});

function permutations(items) {
  if (items.length < 2) return [items];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}

function* sequences(items, longest) {
  yield [];
  if (longest === 0) return;
  for (const rest of sequences(items, longest - 1)) for (const item of items) yield [item, ...rest];
}
