// `npm run bench`: what the module costs a page in Chromium, pasted, hosted and as the app
// extension, beside other trackers, against the budgets; durable accepts of the endpoint; the dashboard's pages; and
// mapping and hashing beside Segment's.
// Medians of one run, so compare the times of one run only.
//   --json         prints JSON
//   --keep         writes both to docs/bench.json and docs/bench.txt too, if nothing is left out
//   --loads 25     fresh loads of each
//   --before PATH  a checkout of an earlier commit, built: its pixel is measured in the same run
//   --only endpoint   that part alone; or frames, dashboard, mapping; or curves, postgres and bloat, which are only measured when asked for
//   --backlog 100000  events that wait for TikTok, and are drained
//   --events 1000000  that lie in the store while the dashboard's pages are read
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { extension } from "../../js/build/extension.mjs";
import { ask, at, Fault, main, setUp } from "../../js/build/project.mjs";
import { bloatTable, measureBloat } from "./bench-bloat.mjs";
import { drawCurves, measureCurves } from "./bench-curves.mjs";
import { dashboardTable, measureDashboard } from "./bench-dashboard.mjs";
import { endpointTable, measureEndpoint } from "./bench-endpoint.mjs";
import {
  deviceAfter,
  inFreshFrame,
  inFreshPage,
  measureLoads,
  measureMemory,
  startChromium,
} from "./bench-loads.mjs";
import { measurePostgres, postgresTable } from "./bench-postgres.mjs";
import { budgets, table } from "./bench-table.mjs";
import { allOfIt, measureEventStages } from "./event-stages.mjs";
import { mappingTable, measureMapping } from "./mapping.mjs";
import { sizes } from "./sizes.mjs";
import { measureStages, stagesOf } from "./start-stages.mjs";
import { framesTable, measureFrames, module } from "./storage-cost.mjs";
import { pixelOf, scale, setUpTrackers, trackers } from "./trackers.mjs";
import { printSnippet, shop, startWorld, writeConfig } from "./world.mjs";

const eventsPerLoad = 100;
/** Theirs take longer, and some wait for a timer. */
const trackersEvents = 10;
const eventsForMemory = 10_000;

/** The pixels to load, by the names they have in the table. */
async function pixels(world, browser, others, before) {
  // Without the debug lines that the world's own settings ask for: a shop has none.
  const folder = path.join(world.folder, "quiet");
  mkdirSync(folder);
  const config = writeConfig({
    folder,
    listen: "127.0.0.1:8787",
    publicUrl: world.endpointUrl,
    storefronts: ["shop.test"],
  });
  const app = (code) => ({
    code,
    settings: {
      shop,
      pixelCode: "C4BENCH",
      endpoint: world.endpointUrl,
      cmp: "shopify",
      storefronts: '["shop.test"]',
    },
  });
  const pasted = { code: printSnippet(config) };
  const hosted = {
    code: printSnippet(config, "shopify", "--hosted"),
    reachable: `${world.endpointUrl}/v1/module`,
  };
  const listening = (code) => ({ code, ready: "listening", events: trackersEvents });
  const extensionCode = readFileSync(extension, "utf8");
  return {
    "null pixel": { code: await pixelOf(scale["null pixel"]), grants: false },
    "plain pixel": listening(await pixelOf(scale["plain pixel"])),
    pasted,
    "hosted, first view": hosted,
    "hosted, later view": { ...hosted, device: await deviceAfter(browser, hosted) },
    "app extension": { ...app(extensionCode), worker: ["WebAssembly"] },
    "app extension, if a worker had WebAssembly": { ...app(extensionCode), worker: [] },
    ...Object.fromEntries(
      Object.entries(others).map(([name, { code }]) => [name, listening(code)]),
    ),
    ...(before && {
      "before: pasted": { code: printedBy(before, config) },
      "before: app extension": {
        ...app(readFileSync(path.join(before, path.relative(at(), extension)), "utf8")),
        worker: ["WebAssembly"],
      },
    }),
  };
}

/** The text that an earlier build would have the merchant paste. */
function printedBy(folder, config) {
  const binary = path.join(folder, "target", "release", "assent");
  const done = spawnSync(binary, ["snippet", "--shop", shop, "--config", config], {
    encoding: "utf8",
  });
  if (done.status !== 0)
    throw new Fault(`${binary} printed no snippet; build that checkout first: npm run build`);
  return done.stdout;
}

/** What of a start the stages explain. */
function limits({ loads, stages, event }) {
  const ms = (value) => `${value.toFixed(1)} ms`;
  const { ready, first } = event["in a page"];
  const waits = (what, { wall, processor }) =>
    `${what}, pasted: of ${ms(wall.median)} in a run of its own ${ms(processor.median)} are processor time; else the thread waits, for a processor or for another process`;
  const starts = Object.entries(stagesOf).map(([form, names]) => {
    const whole = loads[form].granted.ready.median;
    const known = names.reduce((sum, name) => sum + stages[name].median, 0);
    return `${form}: of ${ms(whole)} until ready ${ms(known)} are ${names.join(", ")}; the rest is waking the module, its first answer and waiting for turns`;
  });
  const firstEvent = { wall: first.wall[allOfIt], processor: first.processor[allOfIt] };
  return [...starts, waits("ready", ready), waits("first event", firstEvent)];
}

async function measure(world, { loads: count, before }) {
  const others = await trackers();
  const browser = await startChromium(
    [world.endpointUrl, world.shopUrl].map((url) => new URL(url).hostname),
  );
  const figures = {};
  try {
    const given = await pixels(world, browser, others, before);
    const kept = given["hosted, later view"].device.storage["assent.module"]?.length ?? 0;
    figures.kept = kept;
    const step = async (name, what) => {
      const began = performance.now();
      const result = await what();
      console.error(`· ${name}: ${((performance.now() - began) / 1000).toFixed(0)} s`);
      return result;
    };
    figures.sizes = await step("sizes", sizes);
    figures.loads = await step("fresh loads", () =>
      measureLoads(browser, given, { loads: count, events: eventsPerLoad }),
    );
    figures.stages = await step("stages of a start", () =>
      measureStages(browser, given.pasted.code, count),
    );
    const { code } = given.pasted;
    figures.event = await step("stages of an event", () =>
      measureEventStages(
        {
          "in a page": { browser, inside: inFreshPage, code },
          "in a frame as Shopify's": { browser, inside: inFreshFrame, code },
        },
        count,
      ),
    );
    figures.memory = await step("memory", () =>
      measureMemory(browser, given.pasted, eventsForMemory),
    );
    figures.of = { ...about(count), chromium: browser.version() };
  } finally {
    await browser.close();
  }
  figures.notes = Object.fromEntries(
    Object.entries(others).map(([name, { packages, note }]) => [
      name,
      `${packages.join(", ")}: ${note}`,
    ]),
  );
  figures.limits = limits(figures);
  return figures;
}

const about = (loads) => ({
  commit: ask("git", ["rev-parse", "--short", "HEAD"]) ?? "no commit",
  date: new Date().toISOString().slice(0, 10),
  loads,
  cores: cpus().length,
  processor: cpus()[0]?.model ?? "unknown",
});

/** What the browser pays, in a world of its own. */
async function measureBrowser(values) {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-bench-"));
  try {
    const world = await startWorld({ folder, mode: "plain", port: 0 });
    try {
      return await measure(world, { ...values, loads: Number(values.loads) });
    } finally {
      await world.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What needs no browser's world, by its name for `--only`. After the browser's: nothing else shares the cores. */
const parts = {
  frames: { measure: measureFrames, shown: framesTable },
  endpoint: {
    measure: ({ backlog }) => measureEndpoint({ backlog: Number(backlog) }),
    shown: endpointTable,
  },
  dashboard: {
    measure: ({ events }) => measureDashboard({ events: Number(events) }),
    shown: dashboardTable,
  },
  mapping: { measure: measureMapping, shown: mappingTable },
  bloat: {
    measure: ({ events }) => measureBloat({ events: Number(events) }),
    shown: bloatTable,
    onlyAsked: true,
  },
  postgres: { measure: () => measurePostgres(), shown: postgresTable, onlyAsked: true },
  curves: {
    measure: ({ backlog }) => measureCurves({ most: Number(backlog) }),
    shown: drawCurves,
    onlyAsked: true,
  },
};

await main(async () => {
  const { values } = parseArgs({
    options: {
      json: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
      loads: { type: "string", default: "25" },
      before: { type: "string" },
      only: { type: "string" },
      backlog: { type: "string", default: "100000" },
      events: { type: "string", default: "1000000" },
    },
  });
  const { only } = values;
  if (only !== undefined && !Object.hasOwn(parts, only))
    throw new Fault(`--only ${only}: there are ${Object.keys(parts).join(", ")}.`);
  if (values.json) console.log = console.error;
  setUp();
  const isWhole = only === undefined;
  if (isWhole) {
    setUpTrackers();
    await buildJs();
  }
  buildBinaries();
  const figures = isWhole ? await measureBrowser(values) : {};
  if (isWhole && Math.abs(figures.kept / 1000 - module) > 5)
    throw new Fault(`the module is kept in ${figures.kept} bytes: measure frames with so many`);
  for (const [name, { measure, onlyAsked }] of Object.entries(parts))
    if (name === only || (isWhole && !onlyAsked)) figures[name] = await measure(values);
  if (isWhole) figures.budgets = budgets(figures);
  const text = `${JSON.stringify(figures, null, 2)}\n`;
  const shown = isWhole ? table(figures) : parts[only].shown(figures[only]);
  if (values.keep && isWhole) {
    writeFileSync(at("docs", "bench.json"), text);
    writeFileSync(at("docs", "bench.txt"), `${shown}\n`);
  }
  process.stdout.write(values.json ? text : `\n${shown}\n`);
});
