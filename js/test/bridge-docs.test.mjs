// What docs/bridge.md tells people to paste is what is tested here: the bridge itself, and each
// example beside a stand-in for the tool it is for, made after the tool's documentation.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { bridgeCode } from "../build/bridge.mjs";
import { at } from "../build/project.mjs";
import { Page } from "./page.mjs";

const text = readFileSync(at("docs", "bridge.md"), "utf8");
const code = await bridgeCode();
const scriptOf = (part) => /```html\n<script>\n([\s\S]*?)<\/script>\n```/.exec(part)?.[1];

/** Each example by its heading. */
const examples = Object.fromEntries(
  text
    .split(/^#### /m)
    .slice(1)
    .map((part) => [part.slice(0, part.indexOf("\n")), scriptOf(part)]),
);

/** A page with the bridge; `tool` stands in for the consent tool, before or after the example as
 *  its documentation asks. */
function pageWith(example, { above = () => {}, below = () => {} }) {
  const it = new Page().shopify();
  Object.assign(it.window, { document: new EventTarget(), Event, CustomEvent });
  const events = new EventTarget();
  it.window.addEventListener = (...listener) => events.addEventListener(...listener);
  it.window.dispatchEvent = (event) => events.dispatchEvent(event);
  it.run(code);
  above(it.window);
  it.run(examples[example]);
  below(it.window);
  return it;
}

const tested = new Set();
function example(name, promise, body) {
  tested.add(name);
  test(`${name}: ${promise}`, () => body((tool = {}) => pageWith(name, tool)));
}

test("the bridge to paste is the one that is built", () => {
  assert.equal(scriptOf(text), code);
});

// A stand-in for Osano: says what is stored when it starts, also to who listens later; nothing if
// nothing is stored.
function osano(stored) {
  const listeners = {};
  const cm = {
    addEventListener(name, callback) {
      listeners[name] ??= [];
      listeners[name].push(callback);
      if (name === "osano-cm-initialized") callback(stored);
    },
  };
  const save = (consent) => {
    for (const listener of listeners["osano-cm-consent-saved"]) listener(consent);
  };
  return {
    above: (window) => {
      window.Osano = { cm };
    },
    save,
  };
}

example("Osano", "stored, saved, withdrawn and opted out are told", (page) => {
  assert.deepEqual(page(osano({ MARKETING: "ACCEPT", OPT_OUT: "DENY" })).said, [null, true]);
  assert.deepEqual(page(osano({ MARKETING: "DENY" })).said, [null, false]);
  assert.deepEqual(page(osano({ MARKETING: "ACCEPT", OPT_OUT: "ACCEPT" })).said, [null, false]);
  const tool = osano(undefined);
  const it = page(tool);
  assert.equal(it.last.marketing, null);
  tool.save({ MARKETING: "ACCEPT" });
  tool.save({ MARKETING: "DENY" });
  assert.equal(it.last.source, "osano");
  assert.deepEqual(it.said.slice(-2), [true, false]);
});

example("Osano", "without Osano the page is not disturbed", (page) =>
  assert.deepEqual(page().said, [null]),
);

example("Enzuzo", "each callback is told, and the shop's own callbacks still run", (page) => {
  const called = [];
  const own = (consent) => called.push(consent.marketing);
  const it = page({
    above: (window) => {
      window.__enzuzoConfig = { callbacks: { acceptAll: own } };
    },
  });
  const { callbacks } = it.window.__enzuzoConfig;
  callbacks.init({ functional: true, marketing: false });
  assert.equal(it.last.marketing, null);
  callbacks.acceptAll({ marketing: true });
  callbacks.acceptSelected({ marketing: false, analytics: true });
  callbacks.init({ marketing: true });
  callbacks.doNotSell({ marketing: true });
  callbacks.acceptSelected({ marketing: true });
  callbacks.decline();
  assert.deepEqual(it.said.slice(-6), [true, false, true, false, true, false]);
  assert.deepEqual(called, [true]);
});

example(
  "Secure Privacy",
  "a saved banner is told; a page start without a yes is undecided",
  (page) => {
    const it = page();
    const say = (name, answer) => {
      it.window.sp = { checkConsent: (service) => service === "TikTok" && answer };
      it.window.dispatchEvent(new Event(name));
      return it.last.marketing;
    };
    assert.equal(say("sp_init", false), null);
    assert.equal(say("sp_cookie_banner_save", true), true);
    assert.equal(say("sp_cookie_banner_save", false), false);
    assert.equal(say("sp_init", true), true);
    delete it.window.sp;
    it.window.dispatchEvent(new Event("sp_init"));
    assert.equal(it.last.marketing, null);
  },
);

example("CookieHub", "answered or not, on document or window, is told once", (page) => {
  const it = page();
  const say = (target, name, answered, marketing) => {
    it.window.cookiehub = {
      hasAnswered: () => answered,
      hasConsented: (category) => category === "marketing" && marketing,
    };
    target.dispatchEvent(new Event(name));
  };
  say(it.window.document, "cookiehub_onInitialise", false, false);
  say(it.window.document, "cookiehub_onStatusChange", true, true);
  say(it.window, "cookiehub_onStatusChange", true, true);
  say(it.window, "cookiehub_onStatusChange", true, false);
  assert.deepEqual(it.said.slice(-3), [null, true, false]);
});

// A stand-in for c15t: replays the queue, then tells each listener.
function c15t() {
  const listeners = [];
  return {
    below: (window) =>
      window.c15t.forEach(([method, , listener]) => {
        if (method === "on") listeners.push(listener);
      }),
    say(explicitChoice, marketing) {
      for (const listener of listeners)
        listener({ explicitChoice, effectivePermissions: { marketing } });
    },
  };
}

example("c15t", "only a recorded choice counts, not a permission before it", (page) => {
  const tool = c15t();
  const it = page(tool);
  const choice = (value) => ({ version: 1, categories: { marketing: { value, confirmedAt: 1 } } });
  tool.say(null, true);
  assert.equal(it.last.marketing, null);
  tool.say(choice(true), true);
  tool.say(choice(true), false);
  tool.say(choice(true), true);
  tool.say(choice(false), false);
  assert.deepEqual(it.said.slice(-4), [true, false, true, false]);
  tool.say({ version: 1, categories: {} }, true);
  assert.equal(it.last.marketing, null);
});

example("GDPR Legal Cookie (beeclever)", "stored, chosen and withdrawn are told", (page) => {
  const group = (on) => ({ true: on ? 1 : 0, false: on ? 0 : 1 });
  const setting = (marketing, date = 1_763_000_000_000) => ({
    date,
    version: 1,
    type_0: group(true),
    type_1: group(true),
    type_2: group(marketing),
  });
  const stored = (userConsentSetting) => ({
    above: (window) => {
      window.GDPR_LC = { userConsentSetting };
    },
  });
  assert.equal(page().last.marketing, null);
  assert.equal(page(stored(null)).last.marketing, null);
  assert.deepEqual(page(stored(setting(true))).last, {
    marketing: true,
    source: "gdpr-legal-cookie",
    at: 1_763_000_000,
    id: null,
  });
  assert.equal(page(stored(setting(false))).last.marketing, false);
  // Some cookies of the group accepted, some not; a shop whose only other group is `type_1`.
  const some = { ...setting(true), type_2: { true: 1, false: 1 } };
  assert.equal(page(stored(some)).last.marketing, false);
  const two = { ...setting(true), type_2: undefined };
  assert.equal(page(stored(two)).last.marketing, true);
  assert.equal(page(stored({ date: 1 })).last.marketing, false);
  // The app's script has come: it says by its event what was stored, and runs its own function.
  const it = page(stored(null));
  const say = (marketing) => {
    it.window.GDPR_LC.userConsentSetting = setting(marketing);
    it.window.document.dispatchEvent(new CustomEvent("GDPR_LC:userConsentSetting"));
  };
  say(true);
  assert.equal(it.last.marketing, true);
  const sent = [];
  it.window.GDPR_LC_Banner = {
    sendConsent(choice) {
      sent.push([this === it.window.GDPR_LC_Banner, choice]);
      it.window.GDPR_LC.userConsentSetting = setting(choice);
      return "sent";
    },
  };
  it.pass(1000);
  assert.equal(it.window.GDPR_LC_Banner.sendConsent(false), "sent");
  assert.equal(it.last.marketing, false);
  assert.equal(it.window.GDPR_LC_Banner.sendConsent(true), "sent");
  assert.equal(it.last.marketing, true);
  assert.deepEqual(sent, [
    [true, false],
    [true, true],
  ]);
});

example(
  "Any tool of the IAB's framework (TCF)",
  "the four purposes by consent, once the shopper has acted",
  (page) => {
    let listener;
    const it = page({
      above: (window) => {
        window.__tcfapi = (_command, _version, callback) => {
          listener = callback;
        };
      },
    });
    const say = (eventStatus, purposes, ok = true) =>
      listener(
        {
          eventStatus,
          purpose: { consents: Object.fromEntries(purposes.map((purpose) => [purpose, true])) },
        },
        ok,
      );
    say("cmpuishown", []);
    listener({ gdprApplies: false, eventStatus: "tcloaded" }, true);
    say("tcloaded", [1, 3, 4, 7], false);
    assert.deepEqual(it.said, [null]);
    say("useractioncomplete", [1, 2, 3, 4, 7]);
    say("cmpuishown", []);
    say("useractioncomplete", [1, 2, 3, 4]);
    say("tcloaded", [1, 3, 4, 7]);
    assert.deepEqual(it.said, [null, true, false, true]);
  },
);

example("Your own banner", "the stored choice with its time, then each new one", (page) => {
  const stored = (value) => ({
    above: (window) => {
      window.localStorage = { getItem: () => value };
    },
  });
  assert.deepEqual(page(stored(null)).said, [null]);
  const it = page(stored('{"marketing":true,"at":1763000000}'));
  assert.deepEqual(it.last, { marketing: true, source: "my-banner", at: 1_763_000_000, id: null });
  it.window.document.dispatchEvent(
    new CustomEvent("my-banner:saved", { detail: { marketing: false } }),
  );
  assert.equal(it.last.marketing, false);
});

test("every example is tested", () => {
  assert.deepEqual(
    Object.keys(examples).filter((name) => !tested.has(name) || !examples[name]),
    [],
  );
});

test("no example would be read by Liquid", () => {
  for (const [name, script] of Object.entries(examples))
    assert.doesNotMatch(script, /\{\{|\{%/, name);
});
