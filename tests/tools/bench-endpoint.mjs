// The endpoint's part of `npm run bench`: one endpoint on SQLite, a stand-in for TikTok that takes everything
// at once, and the load generator, all on this machine. So only what is compared within one run says something;
// `/healthz` of the same server is the yardstick.
import { statSync } from "node:fs";
import { bin } from "../../js/build/project.mjs";
import { cpu, memory, written } from "./endpoint/process.mjs";
import { onFreshRig } from "./endpoint/rig.mjs";
import { atRate, healthz, inTurn, purchases } from "./endpoint/shoppers.mjs";

const connections = 64;
const rates = [50, 500, 1000];
const seconds = 10;
const durable = 20_000;
/** Beacons of a backlog may be refused while it is made; they are sent again, as a browser does. */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** What is measured on a fresh store: each figure by name. */
export async function measureEndpoint({
  backlog = 100_000,
  binary = bin("release", "assent"),
} = {}) {
  const quick = await onFreshRig({ binary }, async (rig) => ({
    idle: memory(rig.pid).now,
    healthz: (await inTurn({ ...of(rig), make: healthz, connections, seconds: 3 })).perSecond,
    accepts: await accepts(rig),
  }));
  const even = await onFreshRig({ binary }, async (rig) => {
    const paced = {};
    for (const rate of rates) paced[rate] = await atItsPace(rig, rate);
    const carried = await inTurn({ ...of(rig), make: purchases("carried"), connections, seconds });
    return {
      paced,
      carried: { perSecond: carried.perSecond, p50: carried.p50, p99: carried.p99 },
      loaded: memory(rig.pid).peak,
    };
  });
  const drain = await onFreshRig({ binary }, (rig) => drains(rig, backlog));
  return { ...quick, ...even, drain, connections, bytes: statSync(binary).size };
}

const of = ({ port }) => ({ port });

/** As fast as they are taken, each 202 durable, while TikTok cannot be reached. */
async function accepts(rig) {
  await rig.sink.ask("down");
  const [before, bytes] = [cpu(rig.pid), written(rig.pid)];
  const make = purchases("accepts");
  const { statuses, ...done } = await inTurn({ ...of(rig), make, connections, most: durable });
  const after = cpu(rig.pid);
  if (statuses[202] !== durable)
    throw new Error(`not every beacon was accepted: ${JSON.stringify(statuses)}`);
  return {
    perSecond: done.perSecond,
    p50: done.p50,
    p99: done.p99,
    microseconds: ((after.all - before.all) * 1e6) / durable,
    ofStore: ((after.store - before.store) * 1e6) / durable,
    writtenPerEvent: (written(rig.pid) - bytes) / durable,
  };
}

/** So many a second, and how long after its answer's request each was at TikTok. */
async function atItsPace(rig, rate) {
  const { answers, statuses, p50, p99 } = await atRate({
    ...of(rig),
    make: purchases(`paced-${rate}`),
    rate,
    seconds,
  });
  const accepted = answers.filter(({ status }) => status === "202");
  if (accepted.length !== answers.length)
    throw new Error(`not every beacon was accepted: ${JSON.stringify(statuses)}`);
  const last = () => accepted.every(({ id }) => times[id] !== undefined);
  let times = await rig.sink.ask("times");
  for (const until = Date.now() + 30_000; !last() && Date.now() < until; ) {
    await pause(200);
    times = await rig.sink.ask("times");
  }
  if (!last()) throw new Error("an accepted event did not reach TikTok's stand-in within 30 s");
  const took = accepted.map(({ id, at }) => times[id] - at).sort((a, b) => a - b);
  return { p50, p99, toTiktok: took[Math.floor(took.length * 0.99)] };
}

/** A backlog of so many, and how fast it goes once TikTok is back. */
export async function drains(rig, backlog) {
  await rig.sink.ask("down");
  const make = purchases("backlog");
  const { statuses } = await inTurn({ ...of(rig), make, connections, most: backlog });
  const [before, store] = [cpu(rig.pid), statSync(rig.file).size];
  await rig.sink.ask("up");
  let [began, first] = [0, 0];
  for (;;) {
    const { events, twice } = await rig.sink.ask("count");
    if (events > 0 && began === 0) [began, first] = [performance.now(), events];
    if (events >= statuses[202]) {
      const perSecond = (events - first) / ((performance.now() - began) / 1000);
      const { all, store: thread } = cpu(rig.pid);
      const spent = (now, then) => ((now - then) * 1e6) / events;
      return {
        events,
        twice,
        perSecond,
        peak: memory(rig.pid).peak,
        bytesPerEvent: store / events,
        microseconds: spent(all, before.all),
        ofStore: spent(thread, before.store),
      };
    }
    await pause(50);
  }
}

/** Each figure with its budget; `least`: it is to be reached, not kept below. `limit` says what holds it. */
export function endpointBudgets(figures) {
  const { accepts, healthz: yardstick, paced, carried, drain, idle, loaded, bytes } = figures;
  const store = "the store's thread";
  const share = `${store}: ${accepts.ofStore.toFixed(0)} of ${accepts.microseconds.toFixed(0)} µs of processor an event, then its fsync`;
  const rows = rates.map((rate) => [
    `p99 at ${rate}/s (ms)`,
    paced[rate].p99,
    rate === 1000 ? 30 : 15,
    "an fsync under way, its own, and the transactions before them",
  ]);
  return [
    ["durable accepts, of /healthz", accepts.perSecond / yardstick, 0.08, share, "least"],
    ...rows,
    [
      "accept to TikTok, p99 at 500/s (ms)",
      paced[500].toTiktok,
      100,
      "three commits: accept, claim, leave",
    ],
    [
      `p99 with ${carried.perSecond.toFixed(0)}/s accepted and delivered, of ${connections} under way (ms)`,
      carried.p99,
      undefined,
      `${store}, shared with delivery`,
    ],
    [
      `backlog of ${drain.events}: drained per second`,
      drain.perSecond,
      6_000,
      `${store}: ${drain.ofStore.toFixed(0)} of ${drain.microseconds.toFixed(0)} µs an event (claim, leave, settle)`,
      "least",
    ],
    [
      "memory with that backlog (MiB)",
      drain.peak,
      64,
      "16 MiB of SQLite's pages, and the allocator's arenas",
    ],
    ["memory, loaded (MiB)", loaded, 48, "as above"],
    ["memory, idle (MiB)", idle, 16, "the binary's own pages that were touched at its start"],
    ["binary (MB)", bytes / 1e6, 12, "code of TLS, SQLite, HTTP and its names for a profile"],
  ].map(([what, measured, budget, limit, kind]) => ({ what, measured, budget, limit, kind }));
}

const shown = (value) =>
  value === undefined
    ? "–"
    : value.toLocaleString("en", { maximumFractionDigits: value < 1 ? 3 : value < 100 ? 1 : 0 });

function verdict({ measured, budget, kind }) {
  if (budget === undefined) return "";
  return (kind === "least" ? measured >= budget : measured <= budget) ? "met" : "missed";
}

export function endpointTable(figures) {
  const rows = endpointBudgets(figures);
  const width = Math.max(...rows.map(({ what }) => what.length));
  const { accepts, healthz: yardstick, drain } = figures;
  return [
    `endpoint on SQLite: ${shown(accepts.perSecond)} durable Purchases a second (p50 ${shown(accepts.p50)} ms, p99 ${shown(accepts.p99)} ms), /healthz ${shown(yardstick)} a second, ${figures.connections} connections`,
    `${shown(accepts.writtenPerEvent / 1024)} KiB written an event, ${shown(drain.bytesPerEvent)} bytes of the store each; delivered twice: ${drain.twice}`,
    ...rows.map((row) =>
      [
        row.what.padEnd(width),
        shown(row.measured).padStart(9),
        `${row.kind === "least" ? "≥" : "≤"} ${shown(row.budget)}`.padStart(9),
        verdict(row).padEnd(6),
        row.limit,
      ].join("  "),
    ),
  ].join("\n");
}
