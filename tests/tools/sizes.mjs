// What a shopper downloads and a merchant pastes, in bytes, exact.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { extension } from "../../js/build/extension.mjs";
import { at } from "../../js/build/project.mjs";
import { pixelOf, scale, trackers } from "./trackers.mjs";
import { printSnippet, writeConfig } from "./world.mjs";

/** `{ raw, gzip, brotli }` at their best, as a server or a CDN would keep it. */
export const compressed = (bytes) => ({
  raw: Buffer.byteLength(bytes),
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
});

/** Of ours, then of the trackers beside it. */
export async function sizes() {
  const pasted = texts();
  const dist = (name) => at("js", "dist", name);
  // The module is by far the longest text in it.
  const packed = /"[^"\n]{9999,}"|'[^'\n]{9999,}'|`[^`\n]{9999,}`/.exec(pasted.pasted)?.[0] ?? "";
  const ours = {
    "pasted: all of it": compressed(pasted.pasted),
    "  JavaScript and settings in it": compressed(pasted.pasted.replace(packed, "")),
    "  module in it, as text": { raw: packed.length },
    "hosted: what is pasted": compressed(pasted.hosted),
    "hosted: module, fetched": served(dist("assent.wasm")),
    "module alone (pixel.wasm)": compressed(readFileSync(dist("pixel.wasm"))),
    "npm package (assent.js)": compressed(readFileSync(dist("assent.js"))),
    "bridge, in the theme (bridge.js)": compressed(readFileSync(dist("bridge.js"))),
    "app extension": compressed(readFileSync(extension)),
    ...(existsSync(dist("probe.js")) && { "probe.js": compressed(readFileSync(dist("probe.js"))) }),
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

/** As the endpoint serves it: what the build has compressed, with the settings it has there. */
function served(file) {
  const bytes = readFileSync(existsSync(file) ? file : at("js", "dist", "assent.js"));
  const by = existsSync(file) ? `${file}.br` : at("js", "dist", "assent.js.br");
  return { ...compressed(bytes), brotli: readFileSync(by).length };
}

/** The two texts a merchant pastes, for a shop on its own domain with every address at its
 *  default. */
function texts() {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-size-"));
  try {
    const config = writeConfig({
      folder,
      listen: "127.0.0.1:8787",
      publicUrl: "https://events.example.com",
      storefronts: ["shop.example.com"],
    });
    return {
      pasted: printSnippet(config),
      hosted: printSnippet(config, "shopify", "--hosted"),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
