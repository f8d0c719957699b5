// Every build of the gate answers alike: generated shops, devices and histories (js/test/same/), played on each of them, give
// the same plans to the letter. ASSENT_CASES asks for another number of cases, ASSENT_SEED for other ones (a number, or
// `random`), ASSENT_PATH (with the seed, as a failure prints them) for one case alone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { glue, wasm } from "../build/module.mjs";
import { bin } from "../build/project.mjs";
import { instantiate } from "../src/translate/instance.js";
import { Census } from "./same/census.mjs";
import { history, opening } from "./same/history.mjs";
import { Native } from "./same/native.mjs";
import { replay, unfold } from "./same/play.mjs";

const { ASSENT_CASES, ASSENT_SEED, ASSENT_PATH } = process.env;
const enough = 10_000;
const numRuns = Number(ASSENT_CASES ?? enough);
const seed = ASSENT_SEED === "random" ? Date.now() % 2 ** 31 : Number(ASSENT_SEED ?? 4);

/** The builds for JavaScript: the glue, and how its module is made. On the first a history unfolds; the others are asked the same. */
const builds = [
  { name: "WASM", init: ({ initSync }) => initSync(readFileSync(wasm)) },
  { name: "translated", init: ({ initSync }) => initSync(new Uint8Array(readFileSync(wasm)), instantiate) },
];
const [first, ...others] = builds;
/** Cases that one instance of a module serves: its pages are never freed, because a browser's page has one. */
const served = 2_000;

const native = new Native(bin("release", "assent-native"));
test.after(() => native.stop());

/** A new instance of every module, each with a copy of the glue, which holds one. */
async function renew() {
  renew.times = (renew.times ?? 0) + 1;
  for (const build of builds) {
    const copy = await import(`${pathToFileURL(glue)}?${build.name}-${renew.times}`);
    build.init(copy);
    build.Pixel = copy.Pixel;
  }
}

test("generated shops, devices and histories get the same answers from every build", async (t) => {
  const census = new Census();
  await holds(t, history, numRuns, (answers) => census.take(answers));
  census.lines().forEach((line) => t.diagnostic(line));
  if (numRuns >= enough) assert.deepEqual(census.lacking(), [], "what a browser can see was not generated: the test has gone hollow");
});

test("settings that were edited or cut are taken or refused by every build alike", async (t) => {
  let refused = 0;
  await holds(t, opening, Math.ceil(numRuns / 10), ([page]) => (refused += page ? 0 : 1));
  t.diagnostic(`refused ${refused} times`);
});

/** Whatever `arbitrary` generates is answered alike; `see` is shown each answer. */
async function holds(t, arbitrary, numRuns, see) {
  let left = 0;
  const property = fc.asyncProperty(arbitrary, async (history) => {
    if (left-- === 0) {
      await renew();
      left = served - 1;
    }
    const { script, answers } = trapped(() => unfold(first.Pixel, history));
    const text = JSON.stringify(answers);
    const natively = native.answers(script); // meanwhile:
    const texts = others.map(({ name, Pixel }) => [name, JSON.stringify(trapped(() => replay(Pixel, script)))]);
    for (const [name, other] of [...texts, ["native", await natively]]) {
      if (other !== text) assert.fail(difference(script, { [first.name]: answers, [name]: JSON.parse(other) }));
    }
    see(answers);
  });
  /** After a trap a module is dead, and every smaller case would seem to have the fault. */
  const trapped = (play) => {
    try {
      return play();
    } catch (error) {
      left = 0;
      throw error;
    }
  };
  const began = performance.now();
  const { failed, counterexamplePath, errorInstance } = await fc.check(property, { seed, numRuns, path: ASSENT_PATH, endOnFailure: Boolean(ASSENT_PATH) });
  if (failed) assert.fail(`${errorInstance.stack}\nagain: ASSENT_SEED=${seed} ASSENT_PATH=${counterexamplePath} node --test --test-name-pattern="${t.name}" js/test/same.test.mjs`);
  t.diagnostic(`${builds.map(({ name }) => name).join(", ")} and native agree on ${numRuns} cases, seed ${seed}; ${((performance.now() - began) / 1000).toFixed(1)} s`);
}

/** The first call that was answered differently, with what led to it. */
function difference({ settings, pages }, byBuild) {
  const show = (what) => JSON.stringify(what, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  for (const [at, { calls, ...page }] of pages.entries()) {
    const told = Object.entries(byBuild).map(([name, answers]) => [name, answers[at]]);
    const call = calls.findIndex((_, call) => new Set(told.map(([, answers]) => show(answers?.[call]))).size > 1);
    if (call < 0) continue;
    const before = calls.slice(0, call + 1).map((call) => `  ${show(call)}`);
    return [`page ${at}, call ${call} (${calls[call][0]}):`, ...told.map(([name, answers]) => `  ${name}: ${show(answers?.[call])}`), `settings ${settings}`, show(page), ...before].join("\n");
  }
  return `one of them refused the settings: ${settings}`;
}
