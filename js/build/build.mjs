// `npm run build`: everything in release form, each step only when its inputs have changed.
import { fileURLToPath } from "node:url";
import { buildAssent } from "./assent.mjs";
import { buildBridge } from "./bridge.mjs";
import { buildExtension } from "./extension.mjs";
import { buildModule } from "./module.mjs";
import { buildDeflated, buildPacked } from "./pack.mjs";
import { bin, cargo, main, setUp } from "./project.mjs";
import { buildSnippet } from "./snippet.mjs";

/** All JavaScript. It comes before the binaries, because the endpoint embeds the module in its
 *  forms. */
export async function buildJs() {
  buildModule();
  await buildPacked("pixel");
  buildDeflated("pixel");
  await buildSnippet();
  await buildAssent();
  await buildBridge();
  await buildExtension();
}

/** The binaries, together: built one by one their shared dependencies would be built twice. */
export function buildBinaries() {
  cargo(
    "build",
    "--release",
    "--locked",
    "-p",
    "assent-endpoint",
    "-p",
    "assent-lab",
    "-p",
    "assent-native",
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    setUp();
    await buildJs();
    buildBinaries();
    console.log(
      `\n${bin("release", "assent")}\njs/dist/snippet.js\njs/dist/assent.js\njs/dist/pixel.wasm\njs/dist/bridge.js\nextension/dist/assent-extension.js`,
    );
  });
}
