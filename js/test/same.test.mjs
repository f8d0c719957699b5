// Every build of the gate answers alike: generated shops, devices and histories (js/test/same/),
// played on each of them, give the same plans to the letter. ASSENT_CASES asks for another number
// of cases, ASSENT_SEED for other ones (a number, or `random`), ASSENT_PATH (with the seed, as a
// failure prints them) for one case alone.
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { bin } from "../build/project.mjs";
import { builds, instance } from "./builds.mjs";
import { Census } from "./same/census.mjs";
import { history, opening } from "./same/history.mjs";
import { Native, Threaded } from "./same/others.mjs";
import { unfold } from "./same/play.mjs";

const { ASSENT_CASES, ASSENT_SEED, ASSENT_PATH } = process.env;
const enough = 10_000;
const cases = Number(ASSENT_CASES ?? enough);
const firstSeed = ASSENT_SEED === "random" ? Date.now() % 2 ** 31 : Number(ASSENT_SEED ?? 4);
/** Cases of one seed, which one instance of the module serves. Not more: in a shop it serves one page,
 *  and it never frees a session. */
const together = 100;

/** The first build decides how a history goes on; the others are asked the same calls. */
const [first, ...names] = Object.keys(builds);
const others = [
  ...names.map((name) => new Threaded(name)),
  new Native(bin("release", "assent-native")),
];
test.after(() => {
  for (const other of others) other.stop();
});

test("generated shops, devices and histories get the same answers from every build", async (t) => {
  const census = new Census();
  await holds(t, history, cases, (answers) => census.take(answers));
  for (const line of census.lines()) t.diagnostic(line);
  if (cases >= enough && !ASSENT_PATH)
    assert.deepEqual(
      census.lacking(),
      [],
      "what a browser can see was not generated: the test has gone hollow",
    );
});

test("settings that were edited or cut are taken or refused by every build alike", async (t) => {
  let refused = 0;
  await holds(t, opening, Math.ceil(cases / 10), ([page]) => (refused += page ? 0 : 1));
  t.diagnostic(`refused ${refused} times`);
});

/** Whatever `arbitrary` generates is answered alike; `see` is shown each answer. */
async function holds(t, arbitrary, cases, see) {
  if (ASSENT_PATH)
    return oneByOne(t, arbitrary, { seed: firstSeed, path: ASSENT_PATH, endOnFailure: true });
  const began = performance.now();
  let seed = firstSeed;
  for (let left = cases; left > 0; left -= together, seed += 1) {
    const which = { seed, numRuns: Math.min(left, together) };
    const compared = await Promise.allSettled(await allAtOnce(arbitrary, which));
    for (const { reason, value } of compared)
      value ? see(value) : await oneByOne(t, arbitrary, which, reason);
  }
  const agreed = [first, ...others.map(({ name }) => name)].join(", ");
  t.diagnostic(
    `${agreed} agree on ${cases} cases, seeds ${firstSeed} to ${seed - 1}; ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );
}

async function allAtOnce(arbitrary, which) {
  const histories = [];
  fc.check(
    fc.property(arbitrary, (history) => void histories.push(history)),
    which,
  );
  const door = await instance(first);
  return histories.map((history) => same(door, history));
}

/** Finds the case that differs once more, and the smallest one like it. Each has its own instance:
 *  a trap may kill it. */
async function oneByOne(t, arbitrary, which, reason) {
  const property = fc.asyncProperty(
    arbitrary,
    async (history) => void (await same(await instance(first), history)),
  );
  const { failed, counterexample, counterexamplePath, errorInstance } = await fc.check(
    property,
    which,
  );
  const again = `ASSENT_SEED=${which.seed} ASSENT_PATH=${counterexamplePath} node --test --test-name-pattern="${t.name}" js/test/same.test.mjs`;
  const trap =
    errorInstance instanceof assert.AssertionError ? "" : `\nhistory ${show(counterexample)}`;
  if (failed) assert.fail(`${errorInstance.stack}${trap}\nagain: ${again}`);
  if (reason) assert.fail(`seed ${which.seed}, though no case differs by itself: ${reason.stack}`);
}

/** The answers, on which all builds agree; fails where one does not. */
async function same(door, history) {
  const { script, answers } = unfold(door, history);
  const text = JSON.stringify(answers);
  const texts = await Promise.all(others.map((other) => other.answers(script)));
  for (const [at, { name }] of others.entries()) {
    if (texts[at] !== text)
      assert.fail(difference(script, { [first]: answers, [name]: JSON.parse(texts[at]) }));
  }
  return answers;
}

/** The first question that was answered differently, with what led to it. */
function difference({ settings, pages }, byBuild) {
  for (const [at, { start, questions }] of pages.entries()) {
    const told = Object.entries(byBuild).map(([name, answers]) => [name, answers[at]]);
    const opened = ["the keys", ...questions];
    const index = opened.findIndex(
      (_, index) => new Set(told.map(([, answers]) => answers?.[index])).size > 1,
    );
    if (index < 0) continue;
    return [
      `page ${at}, question ${index}:`,
      ...told.map(([name, answers]) => `  ${name}: ${answers?.[index]}`),
      `settings ${show(settings)}`,
      start,
      ...opened.slice(1, index + 1).map((question) => `  ${question}`),
    ].join("\n");
  }
  return `one of them refused the settings: ${show(settings)}`;
}

const show = (what) =>
  JSON.stringify(what, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
