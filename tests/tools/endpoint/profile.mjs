// Where a PostgreSQL's time goes while something is done: what its sessions wait for, sampled; which statements cost
// how much (pg_stat_statements, of Debian's package); and which functions, where `perf` may look.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ask } from "../../../js/build/project.mjs";

/** What the server has to be started with. Planning is counted of its own. */
export const settings = [
  "shared_preload_libraries=pg_stat_statements",
  "pg_stat_statements.track_planning=on",
];

/** While `work` is under way for some `seconds`. `n(result)`: how many events that was. */
export async function profiled({ sql }, seconds, work, n) {
  await sql("CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
  await sql("SELECT pg_stat_statements_reset()");
  const functions = perf(seconds - 1);
  const [result, waits] = await Promise.all([work(), sampled(sql, seconds - 1)]);
  const events = n(result);
  return { result, waits, statements: await dearest(sql, events), functions: await functions };
}

/** Of all looks at a session that was doing something: how many in a hundred saw it wait for what. */
async function sampled(sql, seconds) {
  const looks = Math.floor(seconds * 20);
  // One session and one statement, so that looking costs little.
  const rows = await sql(
    `CREATE TEMP TABLE seen (what text); DO $$ BEGIN FOR look IN 1..${looks} LOOP
       PERFORM pg_stat_clear_snapshot();
       INSERT INTO seen SELECT CASE
           WHEN state = 'idle in transaction' THEN 'in a transaction, waits for the endpoint'
           WHEN wait_event_type IS NULL THEN 'works'
           ELSE wait_event_type || ': ' || wait_event END
         FROM pg_stat_activity WHERE application_name = 'assent' AND state <> 'idle';
       PERFORM pg_sleep(0.05); END LOOP; END $$;
     SELECT what, round(100.0 * count(*) / sum(count(*)) OVER (), 1), round(1.0 * count(*) / ${looks}, 2)
       FROM seen GROUP BY what ORDER BY count(*) DESC LIMIT 8`,
  );
  return table(rows).map(([what, share, sessions]) => ({
    what,
    share: Number(share),
    sessions: Number(sessions),
  }));
}

async function dearest(sql, events) {
  const rows = await sql(
    `SELECT calls, round((total_plan_time + total_exec_time)::numeric, 3), round(total_plan_time::numeric, 3),
       left(regexp_replace(query, '\\s+', ' ', 'g'), 60)
     FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND query NOT LIKE '%pg_stat%' AND query NOT LIKE '%seen%'
     ORDER BY total_plan_time + total_exec_time DESC`,
  );
  const all = table(rows).map(([calls, ms, planned, ...query]) => ({
    calls: Number(calls) / events,
    microseconds: (Number(ms) * 1000) / events,
    planned: (Number(planned) * 1000) / events,
    query: query.join("|"),
  }));
  const sum = (what) => all.reduce((sum, one) => sum + one[what], 0);
  return {
    calls: sum("calls"),
    microseconds: sum("microseconds"),
    planned: sum("planned"),
    dearest: all.slice(0, 12),
  };
}

const table = (rows) =>
  rows
    .split("\n")
    .filter(Boolean)
    .map((row) => row.split("|"));

/** Which functions the whole machine was in. Empty: there is no `perf`, or it may not look. */
async function perf(seconds) {
  if (ask("perf", ["--version"]) === null) return [];
  const folder = mkdtempSync(path.join(tmpdir(), "assent-perf-"));
  const file = path.join(folder, "data");
  try {
    const args = ["record", "-q", "-a", "-F", "299", "-o", file, "--", "sleep", String(seconds)];
    const recorded = spawn("perf", args, { stdio: "ignore" });
    const code = await new Promise((resolve) => recorded.once("close", resolve));
    if (code !== 0) return [];
    const shown = (by) => {
      const args = ["report", "-i", file, "--stdio", "-q", "--percent-limit", "0.7", "--sort", by];
      const options = { stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1e8 };
      const lines = (ask("perf", args, options) ?? "").split("\n");
      return lines.map((line) => line.trim().replace(/\s+/g, " ")).filter(Boolean);
    };
    return [...shown("comm").slice(0, 8), ...shown("comm,dso,symbol").slice(0, 16)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
