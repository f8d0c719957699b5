// `npm run test:postgres [-- --whole] [-- --only endpoint] [-- NAME…]`: the endpoint's tests, its simulation and its
// crashes with every store in a PostgreSQL that the tests start by themselves. Those that are SQLite's alone are named
// in tests/endpoint/only_sqlite.rs. `--short` is what `npm test` does; `--whole` leaves no order of arrival out.
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cargoWith, Fault, main, setUp } from "../../js/build/project.mjs";
import { installPostgres } from "./postgres.mjs";

/** What endpoints could do to each other, and what a shopper is promised: modules of tests/endpoint. */
const short = [
  "copying",
  "forgetting",
  "holding",
  "ledger",
  "noes",
  "on_postgres",
  "order_paths",
  "orders",
  "sharing",
  "store_check",
  "store_lives",
  "store_paths",
  "withdrawing",
];
const programs = ["endpoint", "simulation", "crash"];

/** Latency is most of it, so that more tests than processors are quicker. */
const threads = "4";

export function testOnPostgres({ whole = false, only, names = [] } = {}) {
  const env = {
    ASSENT_TEST_STORE: "postgres",
    ASSENT_TEST_WHOLE: whole ? "1" : undefined,
    RUST_TEST_THREADS: process.env.RUST_TEST_THREADS ?? threads,
  };
  for (const program of only ? [only] : programs) {
    console.log(`\n── ${program} on PostgreSQL`);
    const filters = program === "endpoint" ? names : [];
    const build = ["test", "--locked", "-p", "assent-endpoint", "--test", program];
    cargoWith(env, ...build, "--", ...filters);
  }
}

export const testShortOnPostgres = () => testOnPostgres({ names: short });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      short: { type: "boolean" },
      whole: { type: "boolean" },
      only: { type: "string" },
    },
  });
  await main(() => {
    if (values.only && !programs.includes(values.only))
      throw new Fault(`--only ${values.only}: one of ${programs.join(", ")}`);
    setUp();
    installPostgres();
    const names = values.short ? short : positionals;
    testOnPostgres({ ...values, names });
  });
}
