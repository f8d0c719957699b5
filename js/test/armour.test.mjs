import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import test from "node:test";
import { armour } from "../build/armour.mjs";
import { assembled } from "../build/wat.mjs";

const unpacker = new WebAssembly.Module(assembled("unarmour"));
const samples = [...Array(40).keys()]
  .map((length) => randomBytes(length))
  .concat(randomBytes(20_000), Buffer.alloc(999, 0), Buffer.alloc(999, 255));

test("every byte comes back, and not one more", () => {
  const { memory, unarmour } = new WebAssembly.Instance(unpacker).exports;
  const bytes = new Uint8Array(memory.buffer);
  for (const sample of samples) {
    const { written } = new TextEncoder().encodeInto(armour(sample), bytes);
    assert.deepEqual(Buffer.from(bytes.slice(0, unarmour(written))), sample);
  }
});

test("the text can stand in a double-quoted string of an inline script", () => {
  for (const sample of samples) assert.match(armour(sample), /^[!#-[\]-~]*$/);
});

test("what would end or hide an inline script is nowhere in it", () => {
  // Bytes that would have such a text if it were not kept out.
  const { memory, unarmour } = new WebAssembly.Instance(unpacker).exports;
  const bytes = new Uint8Array(memory.buffer);
  for (const trap of ["<!--", "</script", "<script", "</SCRIPT"]) {
    const text = `${"~".repeat(20)}${trap}${"~".repeat(20)}`;
    const { written } = new TextEncoder().encodeInto(text, bytes);
    const sample = Buffer.from(bytes.slice(0, unarmour(written)));
    const other = armour(sample);
    assert.doesNotMatch(other, /<!--|<.?script/i);
    new TextEncoder().encodeInto(other, bytes);
    assert.deepEqual(Buffer.from(bytes.slice(0, unarmour(other.length))), sample);
  }
});

test("it needs less than 1.227 characters a byte", () => {
  assert.ok(armour(randomBytes(50_000)).length < 61_350);
});
