// `npm run size`: what a shopper downloads and a merchant pastes, in bytes, exact. `--json` for
// machines.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { assent } from "../../js/build/assent.mjs";
import { bridge } from "../../js/build/bridge.mjs";
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { extension, extensionLimit } from "../../js/build/extension.mjs";
import { wasm } from "../../js/build/module.mjs";
import { main, setUp } from "../../js/build/project.mjs";
import { packedModule, pasteLimit, snippet } from "../../js/build/snippet.mjs";
import { printSnippet, writeConfig } from "./world.mjs";

const compressed = (bytes) => ({
  raw: bytes.length,
  gzip: gzipSync(bytes, { level: 9 }).length,
  brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
});

function measure() {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-size-"));
  try {
    // The settings of a shop on its own domain, with every address at its default.
    const config = writeConfig({
      folder,
      listen: "127.0.0.1:8787",
      publicUrl: "https://events.example.com",
      storefronts: ["shop.example.com"],
    });
    const pasted = Buffer.from(printSnippet(config));
    const body = readFileSync(snippet, "utf8");
    const packed = packedModule();
    return {
      "snippet as pasted": compressed(pasted),
      "  JavaScript in it (glue and shell)": compressed(Buffer.from(body.replace(packed, ""))),
      "  module in it (columns, as text)": { raw: packed.length },
      "hosted: loader as pasted": compressed(
        Buffer.from(printSnippet(config, "shopify", "--hosted")),
      ),
      "hosted: module per page view": compressed(readFileSync(assent)),
      "module (pixel.wasm)": compressed(readFileSync(wasm)),
      "bridge, in the theme (bridge.js)": compressed(readFileSync(bridge)),
      "app extension": compressed(readFileSync(extension)),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function table(sizes) {
  const cell = (value) => (value === undefined ? "" : value.toLocaleString("en")).padStart(9);
  const row = (name, { raw, gzip, brotli }) =>
    `${name.padEnd(36)}${cell(raw)}${cell(gzip)}${cell(brotli)}`;
  const used = sizes["snippet as pasted"].raw;
  return [
    `${"bytes".padEnd(36)}${"raw".padStart(9)}${"gzip".padStart(9)}${"brotli".padStart(9)}`,
    ...Object.entries(sizes).map(([name, size]) => row(name, size)),
    `\nThe paste limit is ${pasteLimit.toLocaleString("en")} bytes: ${(pasteLimit - used).toLocaleString("en")} left. The app extension's is ${extensionLimit.toLocaleString("en")}.`,
  ].join("\n");
}

await main(async () => {
  const json = process.argv.includes("--json");
  // With --json stdout is one document, so the build speaks on stderr.
  if (json) console.log = console.error;
  setUp();
  await buildJs();
  buildBinaries();
  const sizes = measure();
  process.stdout.write(json ? `${JSON.stringify(sizes, null, 2)}\n` : `\n${table(sizes)}\n`);
});
