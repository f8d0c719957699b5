// A page that is not as it should be: what its scripts have done to the language before or after the
// pasted text runs there, whole or hosted, and events made to hurt. Nothing leaves without permission,
// nothing reaches the page, and what cannot go on says so in one line. tests/browser/hostile.test.mjs
// does the same in the engines.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";
import { at } from "../build/project.mjs";
import { assentWasm } from "../build/section.mjs";
import { hosted, snippet } from "../build/snippet.mjs";
import { broken, harmless, hostile, inside, opensRoom } from "./hostile.mjs";
import { permitted, sandbox } from "./sandbox.mjs";

const vectors = JSON.parse(readFileSync(at("tests/vectors/events.json"), "utf8"));
const settings = { ...vectors.settings, events: { AddToCart: ["server"] }, customEvents: {} };
const { event, expect } = vectors.rows.find(
  ({ event, expect }) => event.name === "product_added_to_cart" && expect.server,
);
const module = readFileSync(assentWasm);
const integrity = `sha256-${createHash("sha256").update(module).digest("base64")}`;
const forms = Object.fromEntries(
  Object.entries({ pasted: snippet, hosted }).map(([form, file]) => [
    form,
    new vm.Script(
      `(function (analytics, browser, init, api, ASSENT, ASSENT_MODULE) {${readFileSync(file, "utf8")}})`,
    ),
  ]),
);

/** The pasted text in a frame of its own, with a language of its own; `before` and `after` are
 *  scripts of that frame. `asked` counts how often its module was asked for; where the event is to
 *  arrive, that is waited for. */
async function frame({ form, privacy = permitted, before = "", after = "", arrives = false }) {
  const page = sandbox({ settings, cookie: privacy === permitted ? vectors.cookie : "a=1" });
  const [sent, lines] = [[], []];
  let asked = 0;
  const world = vm.createContext({
    ...{ atob, TextEncoder, TextDecoder, DecompressionStream, Response, crypto, URL, AbortSignal },
    setTimeout: (...given) => setTimeout(...given).unref(),
    clearTimeout,
    console: { info() {}, warn: (line) => lines.push(line) },
    fetch: async (url, { body }) => {
      if (body === undefined) {
        assert.match(url, /\/v1\/module-[^/?]+\.wasm$/);
        asked += 1;
        return new Response(module);
      }
      sent.push(JSON.parse(body));
      return new Response('{"accepted":1}', { status: 202 });
    },
  });
  vm.runInContext(`Date.now = () => ${vectors.now * 1000}`, world);
  /** Made inside, as what arrives there in a message is. */
  const own = (value) => vm.runInContext(`(${JSON.stringify(value)})`, world);
  const init = own({ ...vectors.init, customerPrivacy: privacy });
  const script = forms[form].runInContext(world);
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
  enter(() => script(analytics, browser, init, { customerPrivacy }, given, integrity));
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
  for (const end = performance.now() + 10_000; arrives && sent.length === 0; ) {
    assert.ok(performance.now() < end, "nothing arrives");
    await rest();
  }
  return { sent, lines, thrown, tell, asked: () => asked, device: page.device };
}

/** Time enough for all that waits for no timer. */
async function rest() {
  for (let left = 60; left > 0; left--) await new Promise((resolve) => setImmediate(resolve));
}

const lost = [];
process.on("unhandledRejection", (error) => lost.push(error));

for (const form of Object.keys(forms)) {
  for (const [what, script] of Object.entries(hostile))
    for (const when of what === "Promise is another" ? ["before"] : ["before", "after"]) {
      test(`${form}, ${what}, ${when} it runs: nothing leaves without permission`, async () => {
        for (const privacy of [
          {},
          { ...permitted, marketingAllowed: false },
          { ...permitted, saleOfDataAllowed: false },
        ]) {
          const seen = await frame({ form, privacy, [when]: script });
          await seen.tell("visitorConsentCollected", { customerPrivacy: privacy });
          assert.deepEqual([seen.sent, seen.device.storage], [[], {}]);
          if (!opensRoom.includes(what)) assert.equal(seen.asked(), 0);
          const errors = [...seen.thrown, ...lost.splice(0)];
          assert.deepEqual(broken.includes(what) ? [] : errors, [], "an error that nobody caught");
        }
      });

      test(`${form}, ${what}, ${when} it runs: with permission the event leaves as it is, or not at all`, async () => {
        const arrives = when === "before" && harmless.includes(what);
        const { sent, thrown, lines } = await frame({ form, [when]: script, arrives });
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

  test(`${form}, events made to hurt do not, and the next one arrives`, async () => {
    const { sent, lines, thrown, tell } = await frame({ form, arrives: true });
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
    test(`${form}, a signal that is ${what} says nothing: what was permitted before counts no longer`, async () => {
      const { sent, thrown, tell } = await frame({ form, arrives: true });
      assert.equal(sent.length, 1);
      await tell("visitorConsentCollected", inside[what]);
      await tell("all_standard_events", { ...event, id: "sh-after" });
      assert.deepEqual(thrown, []);
      assert.equal(sent.length, 1);
      lost.splice(0);
    });
}
