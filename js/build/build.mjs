// `npm run build`: everything in release form, each step only when its inputs have changed.
import { fileURLToPath } from "node:url";
import { buildBridge } from "./bridge.mjs";
import { buildModule } from "./module.mjs";
import { bin, cargo, main, setUp } from "./project.mjs";
import { buildSnippet } from "./snippet.mjs";

/** The module and the snippet, which the endpoint embeds, so they come first; and the theme's bridge. */
export async function buildJs() {
  buildModule();
  await buildSnippet();
  await buildBridge();
}

/** The binaries, together: built one by one their shared dependencies would be built twice. */
export function buildBinaries() {
  cargo("build", "--release", "--locked", "-p", "assent-endpoint", "-p", "assent-lab", "-p", "assent-native");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    setUp();
    await buildJs();
    buildBinaries();
    console.log(`\n${bin("release", "assent")}\njs/dist/snippet.js\njs/dist/pixel.wasm\njs/dist/bridge.js`);
  });
}
