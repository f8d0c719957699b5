import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { deflateSync } from "node:zlib";
import { wasm } from "../build/module.mjs";
import { checked, deflated, packed, textOf } from "../build/pack.mjs";
import { Fault } from "../build/project.mjs";
import { assentWasm, inColumns } from "../build/section.mjs";
import { inflate } from "../src/inflate.js";
import { joined } from "../src/join.js";
import { unpack } from "../src/unpack.js";

const file = readFileSync(assentWasm);
const bare = readFileSync(wasm);
const text = readFileSync(packed("assent"), "utf8");
const unpacker = text.indexOf(" ");
const damaged = { name: "Error", message: "the module is damaged" };

test("the module comes back from its packed text", async () => {
  assert.ok(Buffer.from(await unpack(text)).equals(file));
});

test("the module comes back where it is only deflated", async () => {
  const bytes = Buffer.from(readFileSync(deflated("pixel"), "utf8"), "base64");
  const into = new Uint8Array(0x80000);
  assert.ok(Buffer.from(await inflate(bytes, into)).equals(bare));
});

test("the gate's module comes back from the columns inside", () => {
  assert.ok(Buffer.from(joined(new WebAssembly.Module(file))).equals(bare));
});

test("a section with any text comes back", async () => {
  const content = Buffer.from("export const grüße = '✓';\n".repeat(3_000));
  const longer = inColumns(bare, content);
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(longer), "assent");
  assert.ok(Buffer.from(section).equals(content));
  assert.ok(Buffer.from(await unpack(textOf(longer, { deflate: deflateSync }))).equals(longer));
});

test("a text with one other character is damaged, wherever it is", async () => {
  const step = Math.floor((text.length - unpacker) / 200);
  for (let at = unpacker + 1; at < text.length; at += step) {
    const other = text[at] === "a" ? "b" : "a";
    await assert.rejects(unpack(text.slice(0, at) + other + text.slice(at + 1)), damaged, `${at}`);
  }
});

test("a text that lost its end, its middle or everything is damaged", async () => {
  for (const length of [unpacker + 1, unpacker + 2, 2_000, text.length >> 1, text.length - 9])
    await assert.rejects(unpack(text.slice(0, length)), damaged, `${length}`);
  await assert.rejects(unpack(text.slice(0, 30_000) + text.slice(30_001)), damaged);
  await assert.rejects(unpack(""));
});

test("what cannot be brought back is a fault of the build", async () => {
  const instead = Buffer.from(file);
  instead[instead.length - 1] ^= 1;
  const given = textOf(file, { deflate: deflateSync });
  assert.equal(await checked(given, file), given);
  await assert.rejects(checked(given, instead), Fault);
  // A function that does not end, and one whose size has more bytes than it needs.
  const module = (...code) => Buffer.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 10, ...code, 11, 1, 0);
  for (const made of [module(4, 1, 2, 0, 0x01), module(5, 1, 0x82, 0, 0, 0x0b)])
    assert.throws(() => inColumns(made, Buffer.alloc(0)), Fault);
});
