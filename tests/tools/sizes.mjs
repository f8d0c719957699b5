// What a shopper downloads and a merchant pastes, in bytes, exact.
import { readFileSync, statSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { extension } from "../../js/build/extension.mjs";
import { at } from "../../js/build/project.mjs";
import { assentWasm, assentWasmCompressed } from "../../js/build/section.mjs";
import { probe } from "../../js/build/snippet.mjs";
import { pixelOf, scale, trackers } from "./trackers.mjs";
import { pastedTexts } from "./world.mjs";

/** `{ raw, gzip, brotli }` at their best, as a server or a CDN would keep it. */
export const compressed = (bytes) => ({
  raw: Buffer.byteLength(bytes),
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
});

/** Of ours, then of the trackers beside it. */
export async function sizes() {
  const pasted = pastedTexts("shop.example.com");
  const dist = (name) => at("js", "dist", name);
  // The module is by far the longest text in it.
  const packed = /"[^"\n]{9999,}"|'[^'\n]{9999,}'|`[^`\n]{9999,}`/.exec(pasted.pasted)?.[0] ?? "";
  const ours = {
    "pasted: all of it": compressed(pasted.pasted),
    "  JavaScript and settings in it": compressed(pasted.pasted.replace(packed, "")),
    "  module in it, as text": { raw: packed.length },
    "hosted: what is pasted": compressed(pasted.hosted),
    // As the endpoint serves it, in the build's own compression.
    "hosted: module, fetched": {
      ...compressed(readFileSync(assentWasm)),
      brotli: statSync(assentWasmCompressed).size,
    },
    "module without its JavaScript (pixel.wasm)": compressed(readFileSync(dist("pixel.wasm"))),
    "npm package (assent.js)": compressed(readFileSync(dist("assent.js"))),
    "bridge, in the theme (bridge.js)": compressed(readFileSync(dist("bridge.js"))),
    "app extension": compressed(readFileSync(extension)),
    "probe, as pasted (probe.js)": compressed(readFileSync(probe)),
  };
  const others = Object.entries(await trackers()).map(([name, { code }]) => [
    name,
    compressed(code),
  ]);
  const forScale = await Promise.all(
    Object.entries(scale).map(async ([name, file]) => [name, compressed(await pixelOf(file))]),
  );
  return { ours, others: Object.fromEntries([...others, ...forScale]) };
}
