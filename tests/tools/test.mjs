// `npm test`: everything, cheap before dear; the first step that fails is named last, with how to
// run it alone.
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import {
  ask,
  at,
  cargo,
  Fault,
  filesOf,
  main,
  run,
  setUp,
  wasmTriple,
} from "../../js/build/project.mjs";
import { driverOf, enginesAsked, installMissing } from "./browsers.mjs";
import { installPostgres } from "./postgres.mjs";
import { testShort } from "./test-postgres.mjs";
import { startDisplay } from "./webdriver.mjs";

const biome = at("node_modules", "@biomejs", "biome", "bin", "biome");
const strict = ["--", "-D", "warnings"];
const pixelOnWasm = ["-p", "assent-pixel", "--target", wasmTriple, "--locked"];
/** Seconds, of wasm-bindgen's test runner: its own 5 and 20 are short for a busy machine. */
const patience = { WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60", WASM_BINDGEN_TEST_TIMEOUT: "180" };
const names = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKit" };
/** The browser tests that every engine runs; the others look at what is the same in all, or need
 *  what only Chromium has. */
const everywhere = [
  "replica",
  "conversion",
  "consent",
  "once",
  "orders",
  "snippet",
  "hosted",
  "hostile",
  "extension",
].map((name) => `tests/browser/${name}.test.mjs`);

const stepsIn = (engines) => [
  [
    "set-up",
    "npm test",
    () => {
      setUp();
      if (!ask("cargo", ["fmt", "--version"]) || !ask("cargo", ["clippy", "--version"]))
        run("rustup", ["component", "add", "rustfmt", "clippy"]);
      installMissing(engines);
      installPostgres();
    },
  ],
  cargoStep("format", "fmt", "--check"),
  [
    "JavaScript format and lints",
    "npx biome check --error-on-warnings",
    () => run(process.execPath, [biome, "check", "--error-on-warnings"]),
  ],
  // Before anything native: the endpoint embeds js/dist, and would be built a second time if that
  // came later.
  ["module and snippet", "npm run build", buildJs],
  cargoStep("clippy", "clippy", "--workspace", "--all-targets", "--locked", ...strict),
  cargoStep("clippy on wasm32", "clippy", ...pixelOnWasm, "--all-targets", ...strict),
  ["advisories, licences, sources", "cargo deny check", checkDependencies],
  // src/bindgen has no tests, and its many dependencies are built already, in a profile of their
  // own.
  cargoStep("native tests", "test", "--workspace", "--exclude", "assent-bindgen", "--locked"),
  ["endpoint on PostgreSQL, in short", "npm run test:postgres -- --short", testShort],
  ["release build", "npm run build", buildBinaries],
  [
    "the same build in another folder",
    "npm run reproduce",
    () => node("tests/tools/reproduce.mjs"),
  ],
  ...engines.map(moduleTests),
  ["JavaScript tests", "node --test js/test/*.test.mjs", () => nodeTests(testsIn("js"))],
  ...engines.map(browserTests),
  ...(engines.includes("webkit") ? [soakStep("--engine", "webkit", "--loads", "200")] : []),
];

/** Licences, sources and versions are held by tests/architecture/supply.rs as well; advisories only
 *  here, where the tool is there and its database can be had. */
function checkDependencies() {
  if (ask("cargo", ["deny", "--version"]) === null) {
    console.log(
      "cargo-deny is not here, so nobody asked for advisories (RustSec's database). Everything else of deny.toml is tested all the same.\n" +
        "To ask: cargo install cargo-deny --locked && cargo deny check",
    );
    return;
  }
  // By itself: where the database cannot be had, that must not look like an advisory.
  cargo("deny", "--locked", "check", "licenses", "bans", "sources");
  if (process.env.ASSENT_ADVISORIES === "0") {
    console.log("ASSENT_ADVISORIES=0: nobody asked for advisories");
    return;
  }
  cargo("deny", "--locked", "check", "advisories");
}

const node = (script) => run(process.execPath, [at(...script.split("/"))]);

function cargoStep(name, ...args) {
  return [name, `cargo ${args.join(" ")}`, () => cargo(...args)];
}

/** The module as WebAssembly in a real browser: wasm-bindgen's runner takes the one whose driver it
 *  is told. */
function moduleTests(engine) {
  const variables = { chromium: "CHROMEDRIVER", firefox: "GECKODRIVER", webkit: "SAFARIDRIVER" };
  const command = ["test", ...pixelOnWasm];
  // src/pixel/webdriver.json has Chromium's options, which no other driver takes.
  const options = engine === "chromium" ? [] : ["WASM_BINDGEN_TEST_WEBDRIVER_JSON=none"];
  const alone = [
    ...(engine === "webkit" ? ["xvfb-run -a"] : []),
    "env",
    `${variables[engine]}=…`,
    ...options,
    "cargo",
    ...command,
  ].join(" ");
  return [
    `module tests in ${names[engine]}`,
    alone,
    async () => {
      const others = Object.fromEntries(Object.values(variables).map((name) => [name, undefined]));
      const display = engine === "webkit" ? await startDisplay() : null;
      const env = {
        ...others,
        [variables[engine]]: driverOf(engine),
        ...Object.fromEntries(options.map((pair) => pair.split("="))),
        ...patience,
        ...(display && { DISPLAY: display.name }),
      };
      try {
        run("cargo", command, { env });
      } finally {
        await display?.stop();
      }
    },
  ];
}

function browserTests(engine) {
  const files = engine === "chromium" ? testsIn("tests/browser") : everywhere;
  const listed = engine === "chromium" ? "tests/browser/*.test.mjs" : files.join(" ");
  return [
    `browser tests in ${names[engine]}`,
    `ENGINE=${engine} node --test --test-concurrency=1 ${listed}`,
    () => nodeTests(files, { ENGINE: engine }),
  ];
}

/** Loads the module in WebKit, where most of TikTok's shoppers are and where a trap was once seen,
 *  two hundred times. */
function soakStep(...options) {
  return [
    "soak in WebKit",
    `node tests/tools/soak.mjs ${options.join(" ")}`,
    () => run(process.execPath, [at("tests", "tools", "soak.mjs"), ...options]),
  ];
}

function testsIn(folder) {
  const files = filesOf(at(folder)).filter((file) => /\.test\.m?js$/.test(file));
  if (files.length === 0) throw new Fault(`there is no *.test.mjs under ${folder}`);
  return files;
}

/** One file after the other: each browser test starts its own servers, and two cores are not
 *  many. */
function nodeTests(files, env = {}) {
  run(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files], {
    env,
  });
}

const clock = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

await main(async () => {
  const start = performance.now();
  const steps = stepsIn(enginesAsked());
  for (const [name, alone, action] of steps) {
    console.log(`\n── ${name}`);
    const began = performance.now();
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new Fault(
        `✗ ${name} failed after ${clock(began)}: ${error.message}\n  alone: ${alone}`,
      );
    }
    console.log(`── ${name}: ${clock(began)}`);
  }
  console.log(`\nall ${steps.length} steps passed in ${clock(start)}`);
});
