// The app extension's script as it is deployed, in a world of its own that has what Shopify's
// strict worker has.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";
import { build } from "esbuild";
import { extension, extensionLimit } from "../build/extension.mjs";
import { at } from "../build/project.mjs";

const script = readFileSync(extension, "utf8");
const { settings, init, cookie, now, rows } = JSON.parse(
  readFileSync(at("tests/vectors/events.json"), "utf8"),
);
const allowed = {
  marketingAllowed: true,
  saleOfDataAllowed: true,
  analyticsProcessingAllowed: true,
  preferencesProcessingAllowed: true,
};

/** The fields as Shopify hands them over: lines of text. */
const fields = Object.fromEntries(
  [
    "shop",
    "pixelCode",
    "endpoint",
    "cmp",
    "undecided",
    "missing",
    "held",
    "contentId",
    "value",
    "events",
    "customEvents",
    "storefronts",
    "categories",
    "urlParameters",
  ]
    .filter((name) => settings[name] !== undefined)
    .map((name) => [
      name,
      typeof settings[name] === "string" ? settings[name] : JSON.stringify(settings[name]),
    ]),
);

/** The script as `shopify app deploy` bundles it again: Shopify/cli,
 *  packages/app/src/cli/services/extensions/bundle.ts. */
async function redeployed() {
  const { outputFiles, warnings } = await build({
    stdin: { contents: script, resolveDir: at("extension"), loader: "js" },
    bundle: true,
    minify: true,
    target: "es6",
    write: false,
    loader: { ".js": "jsx" },
    jsx: "automatic",
    legalComments: "none",
    logLevel: "silent",
  });
  return { text: outputFiles[0].text, warnings };
}

const ways = {
  "as it is built": script,
  "as Shopify's CLI bundles it again": (await redeployed()).text,
};

/** Runs the script in a worker with these settings; gives what it asked of the world. */
async function run({
  given = fields,
  webAssembly = false,
  without = [],
  strings = true,
  text = script,
  cookies = cookie,
  privacy = allowed,
} = {}) {
  const [beacons, warnings, handlers, stored] = [[], [], {}, new Map()];
  const subscribe = async (name, callback) => {
    handlers[name] = callback;
  };
  const world = vm.createContext(
    {
      atob,
      Response,
      DecompressionStream,
      TextEncoder,
      TextDecoder,
      structuredClone,
      crypto,
      URL,
      setTimeout: (call, after) => setTimeout(call, after).unref(), // a look in ten minutes keeps nobody
      clearTimeout,
      console: { info() {}, warn: (text) => warnings.push(text) },
      fetch: async (url, { body }) => {
        beacons.push({ url, ...JSON.parse(body) });
        return new Response('{"accepted":1}', { status: 202 });
      },
      Date: class extends Date {
        static now = () => now * 1000;
      },
    },
    { codeGeneration: { strings } },
  );
  for (const name of [...(webAssembly ? [] : ["WebAssembly"]), ...without])
    vm.runInContext(`globalThis.${name} = undefined`, world);
  let render;
  world.shopify = {
    extend(point, callback) {
      render = callback;
      assert.equal(point, "WebPixel::Render");
    },
  };
  vm.runInContext(text, world);
  // Made inside the worker's world, as an object that arrives there in a message is.
  const own = (value) => vm.runInContext(`(${JSON.stringify(value)})`, world);
  const rendered = render({
    analytics: { subscribe },
    customerPrivacy: { subscribe },
    settings: given,
    init: own({ ...init, customerPrivacy: privacy }),
    browser: {
      cookie: {
        get: async () => cookies,
        set: async (text) => {
          cookies += `; ${text.split(";")[0]}`;
        },
      },
      localStorage: {
        getItem: async (key) => stored.get(key) ?? null,
        setItem: async (key, value) => void stored.set(key, value),
        removeItem: async (key) => void stored.delete(key),
      },
    },
  });
  if (privacy === allowed) await rendered;
  const tell = (name, event) => handlers[name](own(event));
  return {
    world,
    beacons,
    warnings,
    handlers,
    tell,
    hear: (event) => tell("all_standard_events", event),
  };
}

/** Waits until it is so: each step of the page's queue takes a few turns of the event loop. */
async function turns(until) {
  const end = performance.now() + 10_000;
  while (!until() && performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(until());
}

test("the bundle is one classic script of at most 96 KiB", () => {
  assert.ok(script.length <= extensionLimit, `${script.length} bytes`);
  assert.doesNotMatch(script, /^\s*(import|export)\b/m);
});

test("Shopify's CLI bundles it again without a warning, and within the 128 KiB that Shopify takes", async () => {
  const { text, warnings } = await redeployed();
  assert.deepEqual(
    warnings.map(({ text }) => text),
    [],
  );
  assert.ok(text.length <= 128 * 1024, `${text.length} bytes`);
});

for (const [[way, text], webAssembly] of Object.entries(ways).flatMap((way) => [
  [way, false],
  [way, true],
])) {
  test(`events with a server leg leave under the ids of the vectors, ${way}, ${webAssembly ? "with" : "without"} WebAssembly`, async () => {
    const expected = rows.filter(
      ({ random, expect, event }) =>
        !random && expect.server && event.type !== "custom" && event.name !== "custom",
    );
    assert.ok(expected.length >= 4);
    for (const { event, expect, why } of expected) {
      const { beacons, hear, warnings } = await run({ webAssembly, text });
      assert.deepEqual(warnings, []);
      hear(event);
      await turns(() => beacons.length > 0);
      const [
        {
          client,
          consent,
          events: [{ event_id, browser }],
        },
      ] = beacons;
      assert.equal(event_id, expect.server.event_id, why);
      assert.deepEqual([client.kind, consent.gpc, browser], ["app", null, "skipped"], why);
    }
  });
}

test("without DecompressionStream it starts all the same", async () => {
  const { event, expect } = rows.find(
    ({ event, expect }) => event.name === "product_added_to_cart" && expect.server,
  );
  for (const text of Object.values(ways)) {
    const { beacons, hear, warnings } = await run({ without: ["DecompressionStream"], text });
    hear(event);
    await turns(() => beacons.length > 0);
    assert.equal(beacons[0].events[0].event_id, expect.server.event_id);
    assert.deepEqual(warnings, []);
  }
});

test("where code may not be made of text, or Function is gone, one line says so and nothing is sent", async () => {
  for (const [given, says] of [
    [{ strings: false }, /^\[assent\] nothing is sent: .*(strings|eval)/i],
    [{ without: ["Function"] }, /^\[assent\] nothing is sent: .*Function/],
  ]) {
    const { beacons, hear, warnings } = await run(given);
    hear(rows[0].event);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual([beacons.length, warnings.length], [0, 1]);
    assert.match(warnings[0], says);
  }
});

test("before Shopify permits, nothing is unpacked; what was heard by then leaves after the yes", async () => {
  const { event, expect } = rows.find(
    ({ event, expect }) => event.name === "product_added_to_cart" && expect.server,
  );
  const { world, beacons, hear, tell } = await run({ cookies: "", privacy: {} });
  let unpacked = 0;
  world.atob = (text) => {
    unpacked += 1;
    return atob(text);
  };
  hear(event);
  tell("visitorConsentCollected", { customerPrivacy: { ...allowed, saleOfDataAllowed: false } });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(unpacked, 0);
  tell("visitorConsentCollected", { customerPrivacy: allowed });
  await turns(() => unpacked === 1);
  const later = await run({ cookies: "", privacy: {} });
  later.hear(event);
  later.tell("visitorConsentCollected", { customerPrivacy: allowed });
  await turns(() => later.beacons.length > 0);
  assert.equal(later.beacons[0].events[0].event_id, expect.server.event_id);
  assert.deepEqual(beacons, [], "what was heard before a no is forgotten");
});

test("a setting that cannot be read stops it with one line that says which", async () => {
  const { warnings, handlers } = await run({ given: { ...fields, events: "{AddToCart" } });
  assert.deepEqual(handlers, {});
  assert.deepEqual(warnings, [
    `[assent] nothing is sent: its setting events is not JSON; print the settings again: assent extension settings --shop ${settings.shop}`,
  ]);
  const lacking = await run({ given: { ...fields, cmp: "" } });
  assert.match(lacking.warnings.join(), /^\[assent\] nothing is sent: its settings cannot be read/);
});
