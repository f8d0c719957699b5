// `npm run bench -- --only postgres`: one, two and four endpoints beside one PostgreSQL that waits for its disk, and one
// on SQLite, in one run on one machine: generator, TikTok's stand-in and database share its processors. And what limits
// it: processor of each process, what the database's sessions wait for, its dearest statements.

import { bin } from "../../js/build/project.mjs";
import { columns } from "./columns.mjs";
import { Postgres } from "./endpoint/postgres.mjs";
import { cpu } from "./endpoint/process.mjs";
import { profiled, settings } from "./endpoint/profile.mjs";
import { onFleet } from "./endpoint/rig.mjs";
import { atRate, healthz, inTurn, purchases, summary } from "./endpoint/shoppers.mjs";

const shops = 64;
const connections = 64;
const seconds = 6;
const warm = 2;
const rate = 200;
const several = [1, 2, 4];
const crowd = 1000;
const idleSeconds = 20;

export async function measurePostgres({ binary = bin("release", "assent") } = {}) {
  const figures = { shops, connections, rate, fleets: [] };
  figures.fleets.push(await fleet("SQLite", 1, { binary, shops }));
  const server = await Postgres.start();
  try {
    for (const endpoints of several) {
      const { sql, configured } = await server.database();
      const database = { sql, cpu: () => server.cpu() };
      const options = { binary, shops, ...configured };
      figures.fleets.push(await fleet("PostgreSQL", endpoints, options, database));
    }
    figures.idle = await idle(server, binary);
  } finally {
    await server.stop();
  }
  return { ...figures, profile: await profile(binary) };
}

/** Paced while it is delivered; then as fast as it is taken while TikTok is away: for many shops, and for one. */
const fleet = (engine, endpoints, options, database) =>
  onFleet({ endpoints, ...options }, async (rigs, sink) => {
    const yardstick = await all(rigs, () => healthz, 2);
    const paced = await atPace(rigs);
    await sink.ask("down");
    await all(rigs, of("warm", shops), warm);
    const many = await costs(rigs, database, () => all(rigs, of("many", shops), seconds));
    const one = await costs(rigs, database, () => all(rigs, of("one", 1), seconds));
    return { engine, endpoints, healthz: yardstick.perSecond, paced, many, one };
  });

/** Each endpoint's own Purchases. */
const of = (run, shops) => (n) => purchases(`${run}-${n}`, { shops });

/** On all endpoints at once, each with its part of the connections. */
async function all(rigs, make, seconds) {
  const each = connections / rigs.length;
  const done = await Promise.all(
    rigs.map(({ port }, n) => inTurn({ port, make: make(n), connections: each, seconds })),
  );
  return together(done, seconds);
}

async function atPace(rigs) {
  const make = of("paced", shops);
  const each = rate / rigs.length;
  const done = await Promise.all(
    rigs.map(({ port }, n) => atRate({ port, make: make(n), rate: each, seconds })),
  );
  const { p50, p99, statuses } = together(done, seconds);
  return { p50, p99, statuses };
}

const together = (done, seconds) =>
  summary(
    done.flatMap(({ answers }) => answers),
    seconds,
  );

/** What was accepted, and what one of it has cost the endpoints and the database. */
async function costs(rigs, database, work) {
  const before = await spent(rigs, database);
  const { statuses, p50, p99 } = await work();
  const after = await spent(rigs, database);
  const accepted = statuses[202] ?? 0;
  const each = (what, by = 1) => ((after[what] - before[what]) * by) / accepted;
  return {
    perSecond: accepted / seconds,
    p50,
    p99,
    statuses,
    endpoint: each("endpoint", 1e6),
    ...(database && {
      database: each("database", 1e6),
      commits: each("commits"),
      log: each("log"),
    }),
  };
}

async function spent(rigs, database) {
  const endpoint = rigs.reduce((sum, { pid }) => sum + cpu(pid).all, 0);
  if (!database) return { endpoint };
  const [log, commits] = (
    await database.sql(
      "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0'), xact_commit FROM pg_stat_database WHERE datname = current_database()",
    )
  ).split("|");
  return { endpoint, database: database.cpu(), log: Number(log), commits: Number(commits) };
}

/** The same load on a server of its own, which counts what its statements cost: a little slower for it. */
async function profile(binary) {
  const server = await Postgres.start(settings);
  try {
    const { sql, configured } = await server.database();
    return await onFleet({ endpoints: 1, binary, shops, ...configured }, async (rigs, sink) => {
      await sink.ask("down");
      await all(rigs, of("warm", shops), warm);
      const work = () => all(rigs, of("many", shops), seconds);
      const { result, ...seen } = await profiled(
        { sql },
        seconds,
        work,
        ({ statuses }) => statuses[202],
      );
      return { perSecond: result.perSecond, ...seen };
    });
  } finally {
    await server.stop();
  }
}

/** What many shops cost of which nothing waits. */
async function idle(server, binary) {
  const { sql, configured } = await server.database();
  const database = { sql, cpu: () => server.cpu() };
  return onFleet({ endpoints: 1, binary, shops: crowd, ...configured }, async (rigs) => {
    await pause(5);
    const before = await spent(rigs, database);
    await pause(idleSeconds);
    const after = await spent(rigs, database);
    const each = (what, by = 1) => ((after[what] - before[what]) * by) / idleSeconds;
    return {
      shops: crowd,
      commits: each("commits"),
      endpoint: each("endpoint", 100),
      database: each("database", 100),
    };
  });
}

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const shown = (value, digits = value < 10 ? 1 : 0) =>
  value === undefined ? "" : value.toLocaleString("en", { maximumFractionDigits: digits });

const refused = (statuses) =>
  Object.entries(statuses).reduce((sum, [status, n]) => sum + (status === "202" ? 0 : n), 0);

export function postgresTable({ fleets, idle, profile, ...of }) {
  const head = [
    "",
    "accepted/s",
    "p50 ms",
    "p99 ms",
    "refused",
    "endpoint µs",
    "database µs",
    "commits",
    "log KiB",
  ];
  const row = (name, { perSecond, p50, p99, statuses, endpoint, database, commits, log }) => [
    name,
    ...[perSecond, p50, p99, refused(statuses), endpoint, database].map((value) => shown(value)),
    shown(commits, 2),
    shown(log === undefined ? log : log / 1024, 1),
  ];
  const name = ({ engine, endpoints }) =>
    `${engine}, ${endpoints} endpoint${endpoints > 1 ? "s" : ""}`;
  const { waits, statements, functions } = profile;
  return [
    `${of.shops} shops, ${of.connections} connections, TikTok away; processor, commits and log for each accepted event`,
    ...columns([head, ...fleets.map((fleet) => row(name(fleet), fleet.many))]),
    "one shop alone",
    ...columns([head, ...fleets.map((fleet) => row(name(fleet), fleet.one))]),
    `${of.rate} a second, delivered meanwhile`,
    ...columns([
      ["", "p50 ms", "p99 ms", "refused", "/healthz/s"],
      ...fleets.map((fleet) => [
        name(fleet),
        shown(fleet.paced.p50),
        shown(fleet.paced.p99),
        shown(refused(fleet.paced.statuses)),
        shown(fleet.healthz),
      ]),
    ]),
    `${shown(idle.shops)} shops of which nothing waits: ${shown(idle.commits)} transactions a second, ${shown(idle.endpoint)} % of a processor in the endpoint, ${shown(idle.database)} % in the database`,
    `what limits it: one endpoint, ${shown(profile.perSecond)} a second while it is looked at`,
    `  statements an event: ${shown(statements.calls)}, of ${shown(statements.microseconds)} µs in the database, ${shown(statements.planned)} of them planning`,
    ...statements.dearest.map(
      ({ calls, microseconds, planned, query }) =>
        `  ${shown(microseconds).padStart(6)} µs (${shown(planned)} planning), ${shown(calls, 2)} times: ${query}`,
    ),
    "  its sessions, when they have something to do (share of looks, sessions at a time):",
    ...waits.map(
      ({ what, share, sessions }) =>
        `  ${shown(share).padStart(6)} %  ${shown(sessions).padStart(5)}  ${what}`,
    ),
    ...(functions.length > 0
      ? ["  the machine's processors (perf):", ...functions.map((line) => `    ${line}`)]
      : []),
  ].join("\n");
}
