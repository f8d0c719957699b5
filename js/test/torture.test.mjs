// `npm run torture` is worth nothing if it passes on figures that nobody has told.
import assert from "node:assert/strict";
import { test } from "node:test";
import { broken, tried, wrongIn } from "../../tests/tools/torture-figures.mjs";

const good = () => {
  const figures = new Map([...tried.map((what) => [what, 7]), ...broken.map((what) => [what, 0])]);
  return figures.set("simulated: stand as delivered", 7);
};

test("whole figures without a breach are right", () => {
  assert.deepEqual(wrongIn(good()), []);
});

test("each expected figure that is missing is a fault", () => {
  for (const what of [...tried, ...broken]) {
    const figures = good();
    figures.delete(what);
    assert.ok(wrongIn(figures).includes(`no figure was told: ${what}`), what);
  }
});

test("what was never tried is a fault, and so is any breach", () => {
  for (const what of tried)
    assert.ok(wrongIn(good().set(what, 0)).includes(`never tried: ${what}`), what);
  for (const what of [...broken, "simulated breaches: one that nobody listed"])
    assert.deepEqual(wrongIn(good().set(what, 1)), [`${what}: 1`]);
});

test("events that came and stand nowhere are a fault", () => {
  assert.deepEqual(wrongIn(good().set("simulated: events made of orders", 1)), [
    "8 events came, and 7 stand",
  ]);
});
