// `npm run bench`: cold start and time per event of the module in Chromium, as the custom pixel
// (pasted and hosted) and the app extension have it, and durable accepts of the endpoint. Medians
// of one run, so compare rows of one run only. `--json` prints JSON.
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

/** Fresh loads in a bare page whose Shopify answers at once, so that only our own time is measured.
 *  The hosted module comes from the endpoint over the loopback, without TLS. */
async function measureModule(world) {
  const { chromium } = await import("playwright-core");
  const { chromiumArgs, programOf } = await import("./browsers.mjs");
  const { inWorker, standInForShopify } = await import("./bench-page.mjs");
  const frame = (code) => [standInForShopify, { code, shop, events: eventsPerLoad }];
  const settings = {
    shop,
    pixelCode: "C4BENCH",
    endpoint: "https://events.test",
    cmp: "shopify",
    storefronts: '["shop.test"]',
  };
  const app = {
    standIn: standInForShopify.toString(),
    code: readFileSync(extension, "utf8"),
    settings,
    shop,
    events: eventsPerLoad,
  };
  const ways = {
    "custom pixel, pasted": frame(printSnippet(world.config)),
    "custom pixel, hosted": frame(printSnippet(world.config, "shopify", "--hosted")),
    "app extension, translated": [inWorker, { ...app, without: ["WebAssembly"] }],
    "app extension, if a worker had WebAssembly": [inWorker, { ...app, without: [] }],
  };
  const runs = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
  const browser = await chromium.launch({
    executablePath: programOf("chromium"),
    args: [...chromiumArgs(), ...onlyTheEndpoint(world)],
  });
  try {
    // In turns, so that a busy moment of the machine affects all ways alike.
    for (let index = 0; index < loads; index++) {
      for (const [name, [way, given]] of Object.entries(ways))
        runs[name].push(await freshLoad(browser, way, given));
    }
  } finally {
    await browser.close();
  }
  return Object.fromEntries(
    Object.entries(runs).map(([name, times]) => [
      name,
      {
        "ready (ms)": median(times.map(({ ready }) => ready)),
        "first event (ms)": median(times.map(({ first }) => first)),
        "further event (ms)": median(times.map(({ further }) => median(further))),
      },
    ]),
  );
}

/** Only the endpoint's host is found: TikTok's script would be measured with ours. And the page,
 *  which is served from no network, may ask the loopback without a person's permission. */
const onlyTheEndpoint = (world) => [
  `--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE ${new URL(world.endpointUrl).hostname}`,
  "--disable-features=LocalNetworkAccessChecks",
];

/** In a context of its own: nothing compiled or cached is left over from the one before. */
async function freshLoad(browser, way, given) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.route("https://shop.test/", (route) =>
      route.fulfill({
        contentType: "text/html",
        body: "<!doctype html><title>bench</title><script></script>",
      }),
    );
    await page.goto("https://shop.test/");
    await page.unrouteAll(); // else every request of the module would wait for Playwright
    return await page.evaluate(way, given);
  } finally {
    await context.close();
  }
}

/** The endpoint on SQLite with the stand-in for TikTok beside it, load generator on the same
 *  machine. */
async function measureAccepts(world) {
  const now = Math.floor(Date.now() / 1000);
  const bodies = Array.from({ length: beacons }, (_, index) =>
    JSON.stringify(purchaseBeacon(shop, `bench-${now}-${index}`, now)),
  );
  const { statuses, perSecond, p50, p99 } = await load({
    port: world.endpointPort,
    path: "/v1/events",
    bodies,
    connections,
  });
  if (statuses[202] !== beacons)
    throw new Error(
      `not every beacon was accepted: ${JSON.stringify(statuses)}\n${world.endpoint.tail()}`,
    );
  return { "accepts per second": perSecond, "p50 (ms)": p50, "p99 (ms)": p99 };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function table({ module, endpoint }) {
  const rows = (title, figures) => [
    title,
    ...Object.entries(figures).map(
      ([name, value]) => `  ${name.padEnd(24)}${value.toFixed(value < 100 ? 2 : 0).padStart(10)}`,
    ),
  ];
  return [
    `module in Chromium, median of ${loads} fresh loads, a checkout of 3 lines`,
    ...Object.entries(module).flatMap(([name, figures]) => rows(name, figures)),
    ...rows(
      `endpoint, ${beacons} Purchase beacons over ${connections} connections, every 202 durable`,
      endpoint,
    ),
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
    const world = await startWorld({ folder, mode: "plain", port: 0 });
    try {
      // The module first: the endpoint delivers for a while after the beacons, and shares the
      // cores.
      const figures = { module: await measureModule(world), endpoint: await measureAccepts(world) };
      process.stdout.write(
        json ? `${JSON.stringify(figures, null, 2)}\n` : `\n${table(figures)}\n`,
      );
    } finally {
      await world.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
