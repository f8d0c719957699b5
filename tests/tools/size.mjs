// `npm run size`: what a shopper downloads and a merchant pastes, in bytes, exact, beside the
// trackers of tests/tools/trackers. `--json` for machines.
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { extensionLimit } from "../../js/build/extension.mjs";
import { main, setUp } from "../../js/build/project.mjs";
import { pasteLimit } from "../../js/build/snippet.mjs";
import { sizes } from "./sizes.mjs";
import { setUpTrackers } from "./trackers.mjs";

function table({ ours, others }) {
  const cell = (value) => (value === undefined ? "" : value.toLocaleString("en")).padStart(9);
  const row = ([name, { raw, gzip, brotli }]) =>
    `${name.padEnd(44)}${cell(raw)}${cell(gzip)}${cell(brotli)}`;
  const used = ours["pasted: all of it"].raw;
  return [
    `${"bytes".padEnd(44)}${"raw".padStart(9)}${"gzip".padStart(9)}${"brotli".padStart(9)}`,
    ...Object.entries(ours).map(row),
    "\nothers, each with the few lines that start it and hand it a checkout",
    ...Object.entries(others).map(row),
    `\nThe paste limit is ${pasteLimit.toLocaleString("en")} bytes: ${(pasteLimit - used).toLocaleString("en")} left. The app extension's is ${extensionLimit.toLocaleString("en")}.`,
  ].join("\n");
}

await main(async () => {
  const json = process.argv.includes("--json");
  // With --json stdout is one document, so the build speaks on stderr.
  if (json) console.log = console.error;
  setUp();
  setUpTrackers();
  await buildJs();
  buildBinaries();
  const figures = await sizes();
  process.stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : `\n${table(figures)}\n`);
});
