// Where the milliseconds of the start and of the first event go, and whether another text takes fewer:
//   node tests/tools/first-event.mjs [--loads 25] [TEXT …]
// prints for this build's pasted text what a start and each stage of the first event and of the next
// take (event-stages.mjs): in a page as the bench's, in a frame as Shopify's, and in such a page with
// all WebAssembly compiled at the start; and in turns with them, so that a busy moment affects all
// alike, for each TEXT (a file as `assent snippet` prints it). Compare the processor time: on a machine
// that does something else besides, it is the same. docs/size.md tells what was tried so.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { main, setUp } from "../../js/build/project.mjs";
import { inFreshFrame, inFreshPage, startChromium } from "./bench-loads.mjs";
import { measureEventStages } from "./event-stages.mjs";
import { pastedTexts } from "./world.mjs";

const ms = ({ median, from, to }) =>
  `${median.toFixed(2)} (${from.toFixed(2)}–${to.toFixed(2)})`.padStart(22);
const row = (name, cells) => console.log(`  ${name.padEnd(20)}${cells.map(ms).join("")}`);

async function measure(code, others, loads) {
  const usual = await startChromium([]);
  const eager = await startChromium([], ["--js-flags=--no-wasm-lazy-compilation"]);
  const here = { browser: usual, inside: inFreshPage };
  try {
    const measured = await measureEventStages(
      {
        "in a page": { ...here, code },
        "in a frame as Shopify's": { browser: usual, inside: inFreshFrame, code },
        "in a page, all compiled at the start": { browser: eager, inside: inFreshPage, code },
        ...Object.fromEntries(others.map(([name, code]) => [name, { ...here, code }])),
      },
      loads,
    );
    for (const [name, { ready, first, next }] of Object.entries(measured)) {
      console.log(`\n${name}`);
      console.log(`${"milliseconds".padStart(44)}${"processor time".padStart(22)}`);
      row("ready", [ready.wall, ready.processor]);
      console.log(`  the first event${"the next".padStart(60)}${"processor time".padStart(22)}`);
      for (const stage of Object.keys(first.wall))
        row(
          stage,
          [first, next].flatMap(({ wall, processor }) => [wall[stage], processor[stage]]),
        );
    }
  } finally {
    await usual.close();
    await eager.close();
  }
}

await main(async () => {
  const { values, positionals } = parseArgs({
    options: { loads: { type: "string", default: "25" } },
    allowPositionals: true,
  });
  setUp();
  await buildJs();
  buildBinaries();
  const others = positionals.map((file) => [file, readFileSync(file, "utf8")]);
  await measure(pastedTexts("shop.test").pasted, others, Number(values.loads));
});
