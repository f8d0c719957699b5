// Reading the shopper's device over Shopify's API, which answers late, in parts, or never.
import assert from "node:assert/strict";
import test from "node:test";
import { readJar } from "../src/device.js";

/** A device whose parts can be told to fail (they throw) or to hang (they never answer). */
function device(stored, { fails = [], hangs = [] } = {}) {
  const asked = [];
  const answer = (what, value) => {
    asked.push(what);
    if (hangs.includes(what)) return new Promise(() => {});
    return fails.includes(what) ? Promise.reject(new Error("forbidden")) : Promise.resolve(value);
  };
  const keys = Object.keys(stored);
  return {
    asked,
    cookie: { get: (name) => answer(name ?? "cookie", "a=1") },
    localStorage: {
      getItem: (key) => answer(key, stored[key] ?? null),
      length: () => answer("length", keys.length),
      key: (index) => answer(`key ${index}`, keys[index]),
    },
  };
}

test("a key gives its text, null where there is none, and false where it could not be read", async () => {
  const browser = device({ one: "1" }, { fails: ["three"] });
  assert.deepEqual(await readJar(browser, ["one", "two", "three"]), {
    cookie: "a=1",
    storage: { one: "1", two: null, three: false },
  });
});

test("what is neither a text nor null was not read, and cookies are always a text", async () => {
  const browser = device({ one: 1, two: undefined, three: {} });
  browser.localStorage.getItem = async (key) => ({ one: 1, two: undefined, three: {} })[key];
  browser.cookie.get = async () => null;
  assert.deepEqual(await readJar(browser, ["one", "two", "three"]), {
    cookie: false,
    storage: { one: false, two: false, three: false },
  });
});

test("a star stands for every key that begins so, or for itself where the list cannot be read", async () => {
  const stored = { sp_1: "a", other: "b", sp_2: "c" };
  assert.deepEqual((await readJar(device(stored), ["sp_*"])).storage, { sp_1: "a", sp_2: "c" });
  assert.deepEqual((await readJar(device({ other: "b" }), ["sp_*"])).storage, {});
  for (const part of ["length", "key 1"]) {
    const { storage } = await readJar(device(stored, { fails: [part] }), ["sp_*", "other"]);
    assert.deepEqual(storage, { "sp_*": false, other: "b" }, part);
  }
});

test("the cookies are read last, so that a slow storage does not make them old", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const browser = device({ sp_1: "a" }, { hangs: ["slow", "length"] });
  const jar = readJar(browser, ["sp_*", "slow", "quick"]);
  await turns();
  assert.ok(!browser.asked.includes("cookie"));
  t.mock.timers.tick(10_000); // neither has answered
  await turns();
  assert.equal(browser.asked.at(-1), "cookie");
  assert.deepEqual(await jar, {
    cookie: "a=1",
    storage: { "sp_*": false, slow: false, quick: null },
  });
});

/** Lets everything run that does not wait for a timer. */
async function turns() {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
}
