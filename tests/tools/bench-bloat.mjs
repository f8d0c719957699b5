// `npm run bench -- --only bloat`: how large PostgreSQL's table of events becomes while a million of them live and go:
// once as the endpoint makes it, once with the server's own measures. Written by SQL, in the same steps as the deeds
// (accepted, claimed, delivered, deleted), twenty thousand at a time, ten times as many of which lie in the store. Time is
// pressed, so the server looks for what is dead every second instead of every minute.
import { Postgres } from "./endpoint/postgres.mjs";
import { onFleet } from "./endpoint/rig.mjs";

const step = 20_000;
/** Steps that lie in the store. */
const week = 10;
const looks = 10;

export async function measureBloat({ events }) {
  const server = await Postgres.start(["autovacuum_naptime=1s", "max_wal_size=4GB"]);
  try {
    const kept = await lived(server, events, "");
    const left = await lived(
      server,
      events,
      "ALTER TABLE event RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_limit, autovacuum_analyze_scale_factor)",
    );
    return { events, kept, left };
  } finally {
    await server.stop();
  }
}

async function lived(server, events, settings) {
  const { sql, configured } = await server.database();
  // An endpoint makes the tables.
  await onFleet({ endpoints: 1, ...configured }, async () => {});
  if (settings) await sql(settings);
  const rounds = Math.ceil(events / step);
  const sizes = [];
  for (let round = 1; round <= rounds; round += 1) {
    await live(sql, round);
    if (round % Math.ceil(rounds / looks) === 0 || round === rounds)
      sizes.push(await size(sql, round));
  }
  return sizes;
}

async function live(sql, round) {
  const [from, to] = [(round - 1) * step + 1, round * step];
  const ids = `shop = 'bench-0.myshopify.com' AND id BETWEEN ${from} AND ${to}`;
  await sql(
    `INSERT INTO event (id, shop, event_id, name, event_time, received_at, test, receipt, evaluated_at, granted_at, state, at,
       ended, sending, sender, alone, horizon, attempts, reason, history, marks, pixels, fired, payload)
     SELECT n, 'bench-0.myshopify.com', decode(md5(n::text), 'hex'), 'AddToCart', n, n, 0, n, n, n, 'due', n, 0, 0, 0, 0, n, 0,
       'accepted', repeat('h', 120), 0, 1, 1, repeat(md5(n::text), 35) FROM generate_series(${from}, ${to}) n`,
  );
  await sql(`UPDATE event SET sending = 1, sender = 1, reason = 'under way' WHERE ${ids}`);
  await sql(
    `UPDATE event SET state = 'delivered', ended = 1, sending = 0, sender = 0, payload = NULL, history = history || repeat('h', 60) WHERE ${ids}`,
  );
  const old = (round - week) * step;
  if (old > 0) await sql(`DELETE FROM event WHERE shop = 'bench-0.myshopify.com' AND id <= ${old}`);
}

async function size(sql, round) {
  const row = await sql(
    "SELECT count(*), pg_table_size('event'), pg_indexes_size('event') FROM event",
  );
  const [rows, table, indexes] = row.split("|").map(Number);
  return { events: round * step, rows, table, indexes };
}

const mib = (bytes) => (bytes / 1024 / 1024).toLocaleString("en", { maximumFractionDigits: 0 });

export function bloatTable({ events, kept, left }) {
  const row = ({ events, rows, table, indexes }) =>
    `  ${events.toLocaleString("en").padStart(9)} events, ${rows.toLocaleString("en")} rows: table ${mib(table)} MiB, indexes ${mib(indexes)} MiB`;
  return [
    `${events.toLocaleString("en")} events, ${(week * step).toLocaleString("en")} of them in the store at a time`,
    "as the endpoint makes the table:",
    ...kept.map(row),
    "with the server's own measures:",
    ...left.map(row),
  ].join("\n");
}
