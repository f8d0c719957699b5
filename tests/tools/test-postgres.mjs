// `npm run test:postgres [-- --whole] [-- --only endpoint] [-- NAME…]`: the endpoint's tests, its simulation and its
// crashes with every store in a PostgreSQL that the tests start by themselves. Those that are SQLite's alone are named
// in tests/endpoint/only_sqlite.rs. `--short` is what `npm test` does; `--whole` leaves no order of arrival out.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cargoWith, Fault, main, setUp } from "../../js/build/project.mjs";
import { installPostgres } from "./postgres.mjs";

const everywhere = ["--workspace", "--exclude", "assent-bindgen"];
const programs = ["endpoint", "simulation", "crash"];
/** Modules of tests/endpoint: orders of arrival, consent, erasure, withdrawal, delivery. (Those that are
 *  PostgreSQL's alone run with every `cargo test`.) */
const short = [
  "forgetting::",
  "holding::",
  "ledger::",
  "noes::",
  "order_paths::",
  "orders::",
  "store_grants::",
  "store_lives::",
  "store_paths::",
  "withdrawing::",
];
/** Most of it is waiting for an answer, so that more tests than processors are quicker. */
const threads = "4";

function onPostgres(programs, names, env = {}) {
  const { RUST_TEST_THREADS = threads } = process.env;
  const all = { ASSENT_TEST_STORE: "postgres", RUST_TEST_THREADS, ...env };
  for (const program of programs) {
    console.log(`· tests/${program} on PostgreSQL`);
    // The whole workspace, as in `npm test`: of one package alone the dependencies would be built anew.
    const command = ["test", ...everywhere, "--locked", "--test", program];
    cargoWith(all, ...command, "--", ...(program === "endpoint" ? names : []));
  }
}

/** The part that `npm test` has time for. */
export const testShort = () => onPostgres(["endpoint", "simulation"], short);

async function run() {
  const { values: asked, positionals: names } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: "boolean" },
      whole: { type: "boolean" },
      only: { type: "string" },
    },
  });
  if (asked.only && !programs.includes(asked.only))
    throw new Fault(`--only ${asked.only}: it is one of ${programs.join(", ")}`);
  setUp();
  installPostgres();
  if (asked.short) return testShort();
  const some = asked.only ? [asked.only] : names.length > 0 ? ["endpoint"] : programs;
  onPostgres(some, names, asked.whole ? { ASSENT_TEST_WHOLE: "1" } : {});
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(run);
