// `npm run bench`: cold start and time per event of the module in Chromium, as the custom pixel and as the app extension has
// it, durable accepts of the endpoint. Medians of one run on this machine, whatever it is; `--json` for machines.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { extension } from "../../js/build/extension.mjs";
import { main, setUp } from "../../js/build/project.mjs";
import { purchaseBeacon } from "./beacon.mjs";
import { load } from "./load.mjs";
import { printSnippet, shop, startWorld } from "./world.mjs";

const loads = 25;
const eventsPerLoad = 100;
const beacons = 20_000;
const connections = 64;

/** Fresh loads in a bare page whose Shopify answers at once: what is measured is ours. */
async function measureModule(snippet) {
  const { chromium } = await import("playwright-core");
  const { findChromium, headlessArgs } = await import("./chromium.mjs");
  const { inWorker, standInForShopify } = await import("./bench-page.mjs");
  const settings = { shop, pixelCode: "C4BENCH", endpoint: "https://events.test", cmp: "shopify", storefronts: '["shop.test"]' };
  const app = { standIn: standInForShopify.toString(), code: readFileSync(extension, "utf8"), settings, shop, events: eventsPerLoad };
  const ways = {
    "custom pixel, in a frame": [standInForShopify, { code: snippet, shop, events: eventsPerLoad }],
    "app extension, translated": [inWorker, { ...app, without: ["WebAssembly"] }],
    "app extension, if a worker had WebAssembly": [inWorker, { ...app, without: [] }],
  };
  const runs = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  const browser = await chromium.launch({ executablePath: findChromium(), args: [...headlessArgs(), "--host-resolver-rules=MAP * 127.0.0.1"] });
  try {
    // One after the other, so that whatever else this machine does is shared among them.
    for (let index = 0; index < loads; index++) {
      for (const [name, [way, given]] of Object.entries(ways)) runs[name].push(await freshly(browser, way, given));
    }
  } finally {
    await browser.close();
  }
  return Object.fromEntries(Object.entries(runs).map(([name, times]) => [name, {
    "ready (ms)": median(times.map(({ ready }) => ready)), "first event (ms)": median(times.map(({ first }) => first)),
    "further event (ms)": median(times.map(({ further }) => median(further))),
  }]));
}

/** In a context of its own: nothing compiled or cached is left over from the one before. */
async function freshly(browser, way, given) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.route("**/*", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>bench</title><script></script>" }));
  await page.goto("https://shop.test/");
  const times = await page.evaluate(way, given);
  await context.close();
  return times;
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
    `module in Chromium, median of ${loads} fresh loads, a checkout of 3 lines`,
    ...Object.entries(module).flatMap(([name, figures]) => rows(name, figures)),
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
