// The dashboard's part of `npm run bench`: its pages with a week of so many events in the store, each the first after
// a start and then again and again; and whether readers delay a beacon. The store is one that a real server has
// written (endpoint/week.mjs), multiplied by `assent-seed` (tests/seed). A page's time is until its last byte.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { bin, cargo, Fault } from "../../js/build/project.mjs";
import { onRig } from "./endpoint/rig.mjs";
import { atRate, purchases } from "./endpoint/shoppers.mjs";
import { Visitor } from "./endpoint/visitor.mjs";
import { live, orderNumber, secret } from "./endpoint/week.mjs";

const admin = "bench-admin-token-0123456789abcdef";
const budget = 200;
const times = 30;
/** Beside beacons: so many look at a page each second, and at what happens live. */
const [readers, watchers] = [8, 8];
const [rate, seconds] = [200, 8];
const pages = {
  Home: "/admin",
  Orders: "/admin/orders",
  "an order": `/admin/story?of=${orderNumber}`,
  Live: "/admin/live",
  Consent: "/admin/consent",
  Setup: "/admin/setup",
  Shops: "/admin/shops",
};
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function measureDashboard({
  events = 1_000_000,
  binary = bin("release", "assent"),
} = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-bench-"));
  const on = (measure) =>
    onRig(
      folder,
      {
        binary,
        shops: 2,
        top: 'admin_token_env = "ASSENT_BENCH_ADMIN"',
        perShop: 'webhook_secret_envs = ["ASSENT_BENCH_SECRET"]',
        secrets: { ASSENT_BENCH_ADMIN: admin, ASSENT_BENCH_SECRET: secret },
      },
      measure,
    );
  try {
    const rows = await aWeek(on, folder, events);
    const first = {};
    for (const [name, page] of Object.entries(pages))
      first[name] = await on((rig) => firstOf(rig, page));
    first["Live's first lines"] = await on(firstLines);
    return await on(async (rig) => ({
      rows,
      first,
      again: await again(rig),
      commands: commands(binary, rig.config),
      beside: await beside(rig),
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What stands in the store then. */
async function aWeek(on, folder, events) {
  await on(live);
  cargo("build", "--release", "--locked", "-p", "assent-seed");
  const store = path.join(folder, "assent.db");
  const seeded = spawnSync(bin("release", "assent-seed"), [store, String(events)], {
    encoding: "utf8",
  });
  if (seeded.status !== 0) throw new Fault(`assent-seed failed:\n${seeded.stderr}`);
  return { ...JSON.parse(seeded.stdout), bytes: statSync(store).size };
}

const signedIn = ({ port }) => new Visitor(port).signIn(admin);

/** It must be the page itself: a login or a fault would be quick. */
async function look(visitor, page) {
  const { ms, status, body } = await visitor.get(page);
  if (status !== 200 || !body.includes("Sign out")) throw new Fault(`${page}: HTTP ${status}`);
  return ms;
}

async function firstOf(rig, page) {
  const visitor = await signedIn(rig);
  const ms = await look(visitor, page);
  visitor.end();
  return ms;
}

async function firstLines(rig) {
  const visitor = await signedIn(rig);
  const watched = await visitor.watch();
  watched.end();
  visitor.end();
  return watched.ms;
}

/** The median and the worst of many, in turn, so that what one keeps helps no other more than in life. */
async function again(rig) {
  const visitor = await signedIn(rig);
  const found = Object.fromEntries(Object.keys(pages).map((name) => [name, []]));
  const lines = [];
  // What is the first after a start is another figure.
  for (const page of Object.values(pages)) await look(visitor, page);
  for (let n = 0; n < times; n += 1) {
    for (const [name, page] of Object.entries(pages)) found[name].push(await look(visitor, page));
    const watched = await visitor.watch();
    lines.push(watched.ms);
    watched.end();
  }
  visitor.end();
  const all = { ...found, "Live's first lines": lines };
  return Object.fromEntries(Object.entries(all).map(([name, ms]) => [name, midAndWorst(ms)]));
}

function midAndWorst(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: sorted[Math.floor(sorted.length / 2)], worst: sorted[sorted.length - 1] };
}

/** Commands read the store themselves: their start is in it. */
function commands(binary, config) {
  const timed = (...args) => {
    const ms = Array.from({ length: 3 }, () => {
      const began = performance.now();
      const done = spawnSync(binary, [...args, "--config", config], { encoding: "utf8" });
      if (done.error) throw done.error;
      return performance.now() - began;
    });
    return midAndWorst(ms);
  };
  return {
    "assent status": timed("status"),
    "assent why": timed("why", String(orderNumber)),
    "assent report --last 7d": timed("report", "--last", "7d"),
  };
}

/** Beacons at an even rate, without and with readers in turn. */
async function beside(rig) {
  const alone = [];
  const read = [];
  let [run, refused] = [0, 0];
  const beacons = async () => {
    run += 1;
    const make = purchases(`beside-${run}`);
    const { statuses, p50, p99 } = await atRate({ port: rig.port, make, rate, seconds });
    // Where the disk cannot follow, the endpoint says so: then the times say nothing.
    refused += rate * seconds - (statuses[202] ?? 0);
    return { p50, p99 };
  };
  // The first warms what both need.
  await beacons();
  for (let n = 0; n < 3; n += 1) {
    alone.push(await beacons());
    const crowd = await startReaders(rig);
    read.push(await beacons());
    const looked = await crowd.stop();
    read[n].looked = looked;
    await pause(500);
  }
  const mid = (of, what) => midAndWorst(of.map((one) => one[what])).median;
  const figures = (of) => ({ p50: mid(of, "p50"), p99: mid(of, "p99") });
  const looked = read.reduce((sum, one) => sum + one.looked, 0);
  return { rate, readers, watchers, looked, refused, alone: figures(alone), read: figures(read) };
}

async function startReaders(rig) {
  let isOver = false;
  let looked = 0;
  const watching = await signedIn(rig);
  const streams = await Promise.all(Array.from({ length: watchers }, () => watching.watch()));
  const reader = async (_, n) => {
    const visitor = await signedIn(rig);
    const turn = Object.values(pages);
    for (let at = n; !isOver; at += 1) {
      const next = performance.now() + 1000;
      await look(visitor, turn[at % turn.length]);
      looked += 1;
      while (!isOver && performance.now() < next) await pause(20);
    }
    visitor.end();
  };
  const going = Array.from({ length: readers }, reader);
  return {
    stop: async () => {
      isOver = true;
      await Promise.all(going);
      for (const stream of streams) stream.end();
      watching.end();
      return looked;
    },
  };
}

const shown = (value) => value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 });

export function dashboardTable({ rows, first, again, commands, beside }) {
  const verdict = (...ms) => (Math.max(...ms) <= budget ? "met" : "missed");
  const width = Math.max(
    ...[...Object.keys(again), ...Object.keys(commands)].map((name) => name.length),
  );
  const row = (name, ...cells) =>
    [name.padEnd(width), ...cells.map((cell) => cell.padStart(9))].join("  ").trimEnd();
  const { alone, read } = beside;
  return [
    `dashboard with ${shown(rows.events)} events, ${shown(rows.orders)} orders, ${shown(rows.receipts)} receipts of a week (${shown(rows.bytes / 2 ** 20)} MiB); ms, ≤ ${budget}`,
    row("", "first", "median", `worst/${times}`, ""),
    ...Object.entries(again).map(([name, { median, worst }]) =>
      row(name, shown(first[name]), shown(median), shown(worst), verdict(first[name], worst)),
    ),
    ...Object.entries(commands).map(([name, { median, worst }]) =>
      row(name, "", shown(median), shown(worst), ""),
    ),
    `beacons at ${beside.rate} a second: p50 ${shown(alone.p50)} ms, p99 ${shown(alone.p99)} ms; with ${beside.readers} readers of a page a second and ${beside.watchers} live pages (${beside.looked} pages read): p50 ${shown(read.p50)} ms, p99 ${shown(read.p99)} ms; p99 ${shown(read.p99 / alone.p99)} times${beside.refused > 0 ? `; ${beside.refused} beacons were refused: the machine is too busy for this to say anything` : ""}`,
  ].join("\n");
}
