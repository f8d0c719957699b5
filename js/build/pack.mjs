// A WebAssembly file as text for a string literal: packed as js/src/unpack.js wants it (in front
// what undoes the armour, js/src/unarmour.wat, then the file, deflated and armoured), or only
// deflated, in base64, where there is room for that.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { unpack } from "../src/unpack.js";
import { armour } from "./armour.mjs";
import { at, bin, Fault, run, state, step } from "./project.mjs";
import { buildTool } from "./tool.mjs";
import { assembled } from "./wat.mjs";

export const packed = (name) => state("pack", `${name}.packed`);
export const deflated = (name) => state("pack", `${name}.deflated`);

const inputs = [
  "js/build/pack.mjs",
  "js/build/armour.mjs",
  "js/build/wat.mjs",
  "js/src/inflate.js",
  "js/src/through.js",
  "js/src/unpack.js",
  "js/src/unarmour.wat",
  "src/bindgen",
  "Cargo.lock",
  "package-lock.json",
];

/** Packs `js/dist/{name}.wasm` into the file `packed(name)`. */
export function buildPacked(name) {
  const file = `js/dist/${name}.wasm`;
  return step(`packed ${name}`, [file, ...inputs], [packed(name)], async () => {
    const bytes = readFileSync(at(file));
    const text = await checked(textOf(bytes), bytes);
    writeFileSync(packed(name), text);
    console.log(`  ${file} ${bytes.length} bytes, packed ${text.length}`);
  });
}

/** Deflates `js/dist/{name}.wasm` into the file `deflated(name)`, as base64. */
export function buildDeflated(name) {
  const file = `js/dist/${name}.wasm`;
  return step(`deflated ${name}`, [file, ...inputs], [deflated(name)], () => {
    const bytes = readFileSync(at(file));
    const text = zopfli(bytes).toString("base64");
    writeFileSync(deflated(name), text);
    console.log(`  ${file} ${bytes.length} bytes, deflated ${text.length}`);
  });
}

/** Bytes as text. */
export function textOf(bytes, { deflate = zopfli } = {}) {
  return `${assembled("unarmour").toString("base64")} ${armour(deflate(bytes))}`;
}

/** The text; a Fault if it does not give these bytes. */
export async function checked(text, bytes) {
  if (Buffer.compare(await unpack(text), bytes) !== 0)
    throw new Fault("a file does not come back from its packed text: js/build/armour.mjs");
  return text;
}

/** Deflated as small as it gets, with a checksum behind it: by that the browser notices a text that
 *  was damaged. */
function zopfli(bytes) {
  mkdirSync(state("pack"), { recursive: true });
  buildTool();
  const [from, to] = [state("pack", "inflated"), state("pack", "raw")];
  writeFileSync(from, bytes);
  run(bin("tool", "assent-deflate"), [from, to]);
  // RFC 1950: a header that says deflate, and Adler-32. zlib knows how to compute that.
  return Buffer.concat([Buffer.of(0x78, 0xda), readFileSync(to), deflateSync(bytes).subarray(-4)]);
}
