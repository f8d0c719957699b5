// The DEFLATE of the app extension where the browser has none, against zlib's.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { constants, deflateSync } from "node:zlib";
import fc from "fast-check";
import { wasm } from "../build/module.mjs";
import { inflated } from "../src/inflated.js";

const round = (bytes, options) =>
  Buffer.from(inflated(deflateSync(bytes, options), new Uint8Array(bytes.length + 8)));

test("whatever zlib deflates is inflated, by every kind of block", () => {
  const some = fc.oneof(
    fc.uint8Array({ maxLength: 3000 }),
    fc
      .array(fc.constantFrom(0, 0, 0, 1, 255), { maxLength: 5000 })
      .map((all) => Uint8Array.from(all)),
    fc.string({ maxLength: 2000 }).map((text) => Buffer.from(text.repeat(4))),
  );
  const options = fc.record({
    level: fc.constantFrom(0, 1, 6, 9),
    strategy: fc.constantFrom(
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_FIXED,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
    ),
  });
  fc.assert(
    fc.property(some, options, (bytes, how) => {
      assert.ok(round(bytes, how).equals(Buffer.from(bytes)));
    }),
    { numRuns: 500 },
  );
});

test("the module is inflated, and what breaks off is an error", (t) => {
  const bytes = readFileSync(wasm);
  const deflated = deflateSync(bytes, { level: 9 });
  const began = performance.now();
  assert.ok(round(bytes, { level: 9 }).equals(bytes));
  t.diagnostic(`${(performance.now() - began).toFixed(1)} ms`);
  for (const cut of [3, 100, deflated.length - 5])
    assert.throws(() => inflated(deflated.subarray(0, cut), new Uint8Array(bytes.length)));
});
