import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test from "node:test";
import { armour } from "../build/armour.mjs";
import { ways } from "./unpackers.mjs";

const samples = [...Array(40).keys()]
  .map((length) => randomBytes(length))
  .concat(randomBytes(20_000), Buffer.alloc(999, 0), Buffer.alloc(999, 255));

for (const [name, instance] of Object.entries(ways)) {
  test(`every byte comes back, and not one more (${name})`, () => {
    const { memory, unarmour } = instance();
    const bytes = new Uint8Array(memory.buffer);
    for (const sample of samples) {
      const { written } = new TextEncoder().encodeInto(armour(sample), bytes);
      assert.deepEqual(Buffer.from(bytes.slice(0, unarmour(written))), sample);
    }
  });
}

test("the text can stand in a double-quoted string of an inline script", () => {
  for (const sample of samples) assert.match(armour(sample), /^[!#-;=-[\]-~]*$/);
});

test("it needs less than 1.24 characters a byte", () => {
  assert.ok(armour(randomBytes(50_000)).length < 62_000);
});
