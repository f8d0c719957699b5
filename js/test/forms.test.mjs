// The texts that are pasted, as they are built and as Shopify runs them: functions of what its
// wrapper gives, with the settings on top.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import { at } from "../build/project.mjs";
import { assentWasm } from "../build/section.mjs";
import { hosted, snippet } from "../build/snippet.mjs";
import { section } from "../build/wasm-file.mjs";
import { permitted, sandbox } from "./sandbox.mjs";

const vectors = JSON.parse(readFileSync(at("tests/vectors/events.json"), "utf8"));
const settings = { ...vectors.settings, events: { AddToCart: ["server"] }, customEvents: {} };
const { event, expect } = vectors.rows.find(
  ({ event, expect }) => event.name === "product_added_to_cart" && expect.server,
);
const wasm = readFileSync(assentWasm);
const digest = (bytes, encoding) => createHash("sha256").update(bytes).digest(encoding);
const integrity = `sha256-${digest(wasm, "base64")}`;
const url = `https://events.example.com/v1/module-${integrity.replaceAll("/", "_")}.wasm`;
const bodies = {
  pasted: readFileSync(snippet, "utf8"),
  hosted: readFileSync(hosted, "utf8"),
};
const kept = (name, bytes) => ({
  "assent.module": `${name} ${deflateSync(bytes).toString("base64")}`,
});

// A look in ten minutes keeps nobody.
const { setTimeout: later } = globalThis;
globalThis.setTimeout = (...given) => later(...given).unref();

/** Runs a form on a page. `served` is what the endpoint has at the module's address. */
function run(t, form, { served = wasm, ...given } = {}) {
  const page = sandbox({ settings, cookie: vectors.cookie, ...given });
  page.beacons = [];
  page.loads = [];
  page.warnings = [];
  t.mock.timers.reset();
  t.mock.timers.enable({ apis: ["Date"], now: vectors.now * 1000 });
  t.mock.method(console, "warn", (line) => page.warnings.push(line));
  t.mock.method(globalThis, "fetch", async (address, options) => {
    if (options.method === "POST") {
      page.beacons.push({ address, ...JSON.parse(options.body) });
      const said = page.beacons.at(-1).withdraw ? '{"withdrawn":true}' : '{"accepted":1}';
      return new Response(said, { status: 202 });
    }
    page.loads.push([address, options]);
    // As a browser does with `integrity`.
    if (!served || `sha256-${digest(served, "base64")}` !== options.integrity)
      throw new TypeError("Failed to fetch");
    return new Response(served);
  });
  const init = { ...vectors.init, customerPrivacy: given.privacy };
  const { analytics, browser, customerPrivacy } = page.room;
  const names = ["analytics", "browser", "init", "api", "ASSENT", "ASSENT_MODULE"];
  new Function(...names, bodies[form])(
    analytics,
    browser,
    init,
    { customerPrivacy },
    page.room.settings,
    integrity,
  );
  page.hear = () => page.told.all_standard_events(structuredClone(event));
  return page;
}

/** Waits until it is so: what the engine does by itself takes turns of the event loop. */
async function until(isSo, what) {
  const end = performance.now() + 10_000;
  while (!isSo() && performance.now() < end) await turn();
  assert.ok(isSo(), what);
}
const turn = () => new Promise((resolve) => setImmediate(resolve));
/** Time enough for what should not happen: a page that waits for nothing is done by then. */
async function rest() {
  for (let left = 100; left > 0; left--) await turn();
}

/** What this Node lacks and browsers have: Uint8Array's base64. */
function withBase64() {
  Uint8Array.fromBase64 ??= (text) => new Uint8Array(Buffer.from(text, "base64"));
  Uint8Array.prototype.toBase64 ??= function () {
    return Buffer.from(this).toString("base64");
  };
}

for (const form of Object.keys(bodies)) {
  test(`${form}: with permission, events heard before and after leave under the vector's id`, async (t) => {
    const page = run(t, form, { privacy: permitted });
    page.hear();
    await until(() => page.beacons.length > 0, page.warnings.join());
    const [{ address, client, consent, events }] = page.beacons;
    assert.equal(address, `${settings.endpoint}/v1/events`);
    assert.equal(events[0].event_id, expect.server.event_id);
    assert.deepEqual([client.kind, consent.gpc], ["custom", null]);
    assert.deepEqual(page.warnings, []);
    assert.equal(page.loads.length, form === "hosted" ? 1 : 0);
  });

  test(`${form}: without permission nothing is asked of the network, nothing written, and nothing unpacked`, async (t) => {
    const compile = t.mock.method(WebAssembly, "Module");
    const page = run(t, form, {
      cookie: "a=1",
      privacy: { ...permitted, marketingAllowed: false },
    });
    page.hear();
    page.told.visitorConsentCollected({ customerPrivacy: { marketingAllowed: false } });
    page.told["assent:consent"]({ customData: { marketing: true } });
    await rest();
    assert.deepEqual([page.loads, page.beacons, page.warnings], [[], [], []]);
    assert.deepEqual([page.device.cookie, page.device.storage], ["a=1", {}]);
    assert.equal(compile.mock.callCount(), 0);
  });

  test(`${form}: a yes brings what was heard before it; what was heard before a no stays forgotten`, async (t) => {
    const permit = (page, marketingAllowed) =>
      page.told.visitorConsentCollected({ customerPrivacy: { ...permitted, marketingAllowed } });
    const page = run(t, form, { cookie: "" });
    page.hear();
    await rest();
    assert.deepEqual(page.loads, []);
    permit(page, true);
    await until(() => page.beacons.length > 0, page.warnings.join());
    assert.equal(page.beacons[0].events[0].event_id, expect.server.event_id);

    const other = run(t, form, { cookie: "" });
    other.hear();
    permit(other, false);
    await rest();
    t.mock.timers.setTime((vectors.now + 20) * 1000);
    permit(other, true);
    const timestamp = new Date((vectors.now + 30) * 1000).toISOString();
    t.mock.timers.setTime((vectors.now + 30) * 1000);
    other.told.all_standard_events({ ...structuredClone(event), id: "sh-second", timestamp });
    await until(() => other.beacons.length > 0, other.warnings.join());
    await rest();
    const ids = other.beacons.flatMap(({ events }) => events.map((one) => one.shopify_event_id));
    assert.deepEqual(ids, ["sh-second"]);
  });

  test(`${form}: settings that cannot be read stop it with one line that says what to do`, async (t) => {
    const page = run(t, form, { privacy: permitted, settings: { ...settings, cmp: "" } });
    page.hear();
    await until(() => page.warnings.length > 0);
    assert.equal(page.warnings.length, 1);
    assert.match(
      page.warnings[0],
      /^\[assent\] nothing is sent: its settings cannot be read; print/,
    );
  });
}

test("hosted: the module is asked for by its hash, without cookies, and kept once a grant is acted upon", async (t) => {
  withBase64();
  const page = run(t, "hosted", { privacy: permitted });
  await until(() => "assent.module" in page.device.storage, page.warnings.join());
  assert.deepEqual(page.loads, [[url, { integrity, credentials: "omit" }]]);
  const [name, text] = page.device.storage["assent.module"].split(" ");
  assert.equal(name, integrity);
  assert.ok(inflateSync(Buffer.from(text, "base64")).equals(wasm));
  assert.ok(page.device.cookie.includes("_assent="));
});

test("hosted: a kept module runs without a request, and is not written again", async (t) => {
  withBase64();
  const storage = kept(integrity, wasm);
  const page = run(t, "hosted", { privacy: permitted, served: null, storage });
  page.room.browser.localStorage.setItem = async (key) => assert.notEqual(key, "assent.module");
  page.hear();
  await until(() => page.beacons.length > 0, page.warnings.join());
  assert.deepEqual([page.loads, page.warnings], [[], []]);
});

test("hosted: an older module is replaced", async (t) => {
  withBase64();
  const storage = kept(`sha256-${digest("older", "base64")}`, Buffer.from("older"));
  const page = run(t, "hosted", { privacy: permitted, storage });
  await until(
    () => page.device.storage["assent.module"].startsWith(integrity),
    page.warnings.join(),
  );
  assert.deepEqual([page.loads.length, page.warnings], [1, []]);
});

const empty = Buffer.of(0, 97, 115, 109, 1, 0, 0, 0);
const foreign = Buffer.concat([
  empty,
  section("assent", Buffer.from('/**/globalThis.stranger = "ran"/**/')),
]);

test("hosted: what has another hash than the pasted one never runs: kept, it is told and fetched instead; fetched, nothing is sent", async (t) => {
  withBase64();
  t.after(() => delete globalThis.stranger);
  const page = run(t, "hosted", { privacy: permitted, storage: kept(integrity, foreign) });
  page.hear();
  await until(() => page.beacons.length > 0, page.warnings.join());
  assert.deepEqual(page.warnings, ["[assent] assent.module has another hash, and is loaded anew"]);
  assert.equal(page.loads.length, 1);

  const other = run(t, "hosted", { privacy: permitted, served: foreign });
  await until(() => other.warnings.length > 0);
  assert.deepEqual(other.warnings, ["[assent] nothing is sent: Failed to fetch"]);
  assert.equal(globalThis.stranger, undefined);
});

for (const damaged of ["x", `${integrity} %%%`, `${integrity} `, `${integrity} AAAA`, integrity])
  test(`hosted: a kept text that is no module (${damaged.slice(51)}) is passed over`, async (t) => {
    withBase64();
    const storage = { "assent.module": damaged };
    const page = run(t, "hosted", { privacy: permitted, storage });
    page.hear();
    await until(() => page.beacons.length > 0, page.warnings.join());
    assert.equal(page.loads.length, 1);
  });

for (const lacking of ["crypto.subtle", "Uint8Array.fromBase64"])
  test(`hosted: without ${lacking} it is fetched each time, and nothing is kept`, async (t) => {
    withBase64();
    if (lacking === "crypto.subtle")
      t.mock.getter(globalThis, "crypto", () => ({
        getRandomValues: (bytes) => bytes.fill(7),
      }));
    else {
      const { fromBase64 } = Uint8Array;
      Uint8Array.fromBase64 = undefined;
      t.after(() => {
        Uint8Array.fromBase64 = fromBase64;
      });
    }
    const page = run(t, "hosted", { privacy: permitted, storage: kept(integrity, wasm) });
    delete page.device.storage["assent.module"];
    page.hear();
    await until(() => page.beacons.length > 0, page.warnings.join());
    await rest();
    assert.deepEqual([page.loads.length, page.warnings], [1, []]);
    assert.equal("assent.module" in page.device.storage, false);
  });

test("hosted: a withdrawal removes the kept module", async (t) => {
  withBase64();
  const page = run(t, "hosted", { privacy: permitted });
  await until(() => "assent.module" in page.device.storage, page.warnings.join());
  page.told.visitorConsentCollected({ customerPrivacy: { ...permitted, marketingAllowed: false } });
  await until(() => page.beacons.some(({ withdraw }) => withdraw), page.warnings.join());
  await until(() => !("assent.module" in page.device.storage));
});

test("hosted: a module that cannot be had is one line; nothing is sent", async (t) => {
  const page = run(t, "hosted", { privacy: permitted, served: null });
  page.hear();
  await until(() => page.warnings.length > 0);
  assert.deepEqual(page.warnings, ["[assent] nothing is sent: Failed to fetch"]);
  assert.deepEqual(page.beacons, []);
});
