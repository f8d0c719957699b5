// `npm run bench`: cold start and time per event of the module in Chromium, durable accepts of the endpoint. Medians of one
// run on this machine, whatever it is; `--json` for machines.
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { main, setUp } from "../../js/build/project.mjs";
import { purchaseBeacon } from "./beacon.mjs";
import { load } from "./load.mjs";
import { printSnippet, shop, startWorld } from "./world.mjs";

const loads = 25;
const eventsPerLoad = 100;
const beacons = 20_000;
const connections = 64;

/** Fresh loads of the snippet in a bare page whose Shopify answers at once: what is measured is ours. */
async function measureModule(snippet) {
  const { chromium } = await import("playwright-core");
  const { chromiumArgs, programOf } = await import("./browsers.mjs");
  const { standInForShopify } = await import("./bench-page.mjs");
  const browser = await chromium.launch({ executablePath: programOf("chromium"), args: [...chromiumArgs(), "--host-resolver-rules=MAP * 127.0.0.1"] });
  const runs = [];
  try {
    for (let index = 0; index < loads; index++) {
      // A context of its own: nothing compiled or cached is left over from the one before.
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.route("**/*", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>bench</title><script></script>" }));
      await page.goto("https://shop.test/");
      runs.push(await page.evaluate(standInForShopify, { snippet, shop, events: eventsPerLoad }));
      await context.close();
    }
  } finally {
    await browser.close();
  }
  const of = (pick) => median(runs.map(pick));
  return {
    "ready (ms)": of((run) => run.ready), "first event (ms)": of((run) => run.first),
    "further event (ms)": median(runs.map((run) => median(run.further))),
  };
}

/** The endpoint on SQLite with the stand-in for TikTok beside it, load generator on the same machine. */
async function measureAccepts(folder) {
  const world = await startWorld({ folder, mode: "plain", port: 0 });
  try {
    const now = Math.floor(Date.now() / 1000);
    const bodies = Array.from({ length: beacons }, (_, index) => JSON.stringify(purchaseBeacon(shop, `bench-${now}-${index}`, now)));
    const { statuses, perSecond, p50, p99 } = await load({ port: world.endpointPort, path: "/v1/events", bodies, connections });
    if (statuses[202] !== beacons) throw new Error(`not every beacon was accepted: ${JSON.stringify(statuses)}\n${world.endpoint.tail()}`);
    return { snippet: printSnippet(world.config), "accepts per second": perSecond, "p50 (ms)": p50, "p99 (ms)": p99 };
  } finally {
    await world.stop();
  }
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function table({ module, endpoint }) {
  const rows = (title, figures) => [title, ...Object.entries(figures).map(([name, value]) => `  ${name.padEnd(24)}${value.toFixed(value < 100 ? 2 : 0).padStart(10)}`)];
  return [
    ...rows(`module in Chromium, median of ${loads} fresh loads, a checkout of 3 lines`, module),
    ...rows(`endpoint, ${beacons} Purchase beacons over ${connections} connections, every 202 durable`, endpoint),
    `${cpus().length} cores: ${cpus()[0]?.model ?? "unknown"}; browser, load generator and stand-in ran on them too`,
  ].join("\n");
}

await main(async () => {
  const json = process.argv.includes("--json");
  if (json) console.log = console.error;
  setUp();
  await buildJs();
  buildBinaries();
  const folder = mkdtempSync(path.join(tmpdir(), "assent-bench-"));
  try {
    const { snippet, ...endpoint } = await measureAccepts(folder);
    const figures = { module: await measureModule(snippet), endpoint };
    process.stdout.write(json ? `${JSON.stringify(figures, null, 2)}\n` : `\n${table(figures)}\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
