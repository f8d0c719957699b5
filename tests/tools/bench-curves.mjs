// `npm run bench -- --only curves`: how the endpoint bends. Three curves, each as a table and as a picture
// (docs/pictures/curve-*.svg, drawn by curve.mjs): load against p99, waiting events against how fast they go, shops
// against memory. One run on one machine, generator and TikTok's stand-in beside the endpoint.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { at } from "../../js/build/project.mjs";
import { drains } from "./bench-endpoint.mjs";
import { curve } from "./curve.mjs";
import { memory } from "./endpoint/process.mjs";
import { onFreshRig } from "./endpoint/rig.mjs";
import { atRate, inTurn, purchases } from "./endpoint/shoppers.mjs";

const rates = [50, 100, 200, 500, 1000, 2000, 3000, 4000, 5000];
const backlogs = [10_000, 30_000, 100_000, 300_000, 1_000_000];
const crowds = [1, 10, 100, 1000];
const seconds = 6;

/** `most`: the largest backlog; a million takes some six minutes. */
export async function measureCurves({ most = 1_000_000 } = {}) {
  return {
    load: await each(rates, loaded),
    backlog: await each(
      backlogs.filter((events) => events <= most),
      (events) =>
        onFreshRig({}, async (rig) => {
          const { perSecond, peak } = await drains(rig, events);
          return { perSecond, peak };
        }),
    ),
    shops: await each(crowds, crowded),
  };
}

async function each(values, measure) {
  const points = [];
  for (const x of values) points.push({ x, ...(await measure(x)) });
  return points;
}

/** Each at its own time, and delivered meanwhile. What is refused is counted. */
const loaded = (rate) =>
  onFreshRig({}, async ({ port }) => {
    const make = purchases(`load-${rate}`);
    const { answers, p50, p99 } = await atRate({ port, make, rate, seconds });
    const refused = answers.filter(({ status }) => status !== "202").length;
    return { p50, p99, refused: refused / answers.length };
  });

/** Memory once each shop has had ten Purchases, and they were delivered. */
const crowded = (shops) =>
  onFreshRig({ shops }, async (rig) => {
    const idle = memory(rig.pid).now;
    const make = purchases(`crowd-${shops}`, { shops });
    const most = Math.max(shops * 10, 2000);
    const { statuses } = await inTurn({ port: rig.port, make, connections: 16, most });
    while ((await rig.sink.ask("count")).events < statuses[202])
      await new Promise((resolve) => setTimeout(resolve, 50));
    return { idle, loaded: memory(rig.pid).peak };
  });

/** File, title, what stands below and beside it, and the lines. */
const drawings = [
  ["load", "How long a durable accept takes, by load", "events a second", "ms", ["p50", "p99"]],
  ["backlog", "How fast a backlog goes", "events that waited", "delivered a second", ["perSecond"]],
  ["shops", "Memory, by shops", "shops in one endpoint", "MiB", ["idle", "loaded"]],
];
const names = { perSecond: "drained" };

/** Writes the pictures; returns the tables. */
export function drawCurves(figures) {
  return drawings
    .map(([name, title, below, beside, lines]) => {
      const points = figures[name];
      const drawn = lines.map((key) => ({
        name: names[key] ?? key,
        points: points.map((point) => [point.x, point[key]]),
      }));
      const file = at("docs", "pictures", `curve-${name}.svg`);
      writeFileSync(file, curve({ title, below, beside, lines: drawn }));
      return [`${title} (${path.relative(at(), file)})`, ...points.map(row)].join("\n");
    })
    .join("\n\n");
}

const row = (point) =>
  Object.entries(point)
    .map(([key, value]) => `${key} ${value.toLocaleString("en", { maximumFractionDigits: 2 })}`)
    .join("   ");
