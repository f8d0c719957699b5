// `npm run build`: everything in release form, each step only when its inputs have changed.
import { fileURLToPath } from "node:url";
import { buildAssent } from "./assent.mjs";
import { buildBridge } from "./bridge.mjs";
import { buildExtension } from "./extension.mjs";
import { buildModule } from "./module.mjs";
import { buildDeflated, buildPacked } from "./pack.mjs";
import { bin, cargo, main, setUp } from "./project.mjs";
import { buildSection } from "./section.mjs";
import { buildHosted, buildHostedDebug, buildProbe, buildSnippet } from "./snippet.mjs";

const made = [
  "js/dist/snippet.js",
  "js/dist/hosted.js",
  "js/dist/hosted-debug.js",
  "js/dist/assent.wasm",
  "js/dist/assent.js",
  "js/dist/probe.js",
  "js/dist/bridge.js",
  "extension/dist/assent-extension.js",
];

/** All JavaScript. It comes before the binaries, because the endpoint embeds the module in its
 *  forms. */
export async function buildJs() {
  buildModule();
  await buildSection();
  await buildPacked("assent");
  buildDeflated("pixel");
  await buildSnippet();
  await buildHosted();
  await buildHostedDebug();
  await buildProbe();
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
    console.log(`\n${[bin("release", "assent"), ...made].join("\n")}`);
  });
}
