// `npm test`: everything, cheap before dear; the first step that fails is named last, with how to run it alone.
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { ask, at, cargo, Fault, filesOf, main, run, setUp, wasmTriple } from "../../js/build/project.mjs";
import { findOrInstall } from "./chromium.mjs";

const strict = ["--", "-D", "warnings"];
const pixelOnWasm = ["-p", "assent-pixel", "--target", wasmTriple, "--locked"];
/** Seconds, of wasm-bindgen's test runner: its own 5 and 20 are short for a busy machine. */
const patience = { WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60", WASM_BINDGEN_TEST_TIMEOUT: "180" };
let browser;

const steps = [
  ["set-up", "npm test", () => {
    setUp();
    if (!ask("cargo", ["fmt", "--version"]) || !ask("cargo", ["clippy", "--version"])) run("rustup", ["component", "add", "rustfmt", "clippy"]);
    browser = findOrInstall();
  }],
  cargoStep("format", "fmt", "--check"),
  // Before anything native: the endpoint embeds js/dist, and would be built a second time if that came later.
  ["module and snippet", "npm run build", buildJs],
  cargoStep("clippy", "clippy", "--workspace", "--all-targets", "--locked", ...strict),
  cargoStep("clippy on wasm32", "clippy", ...pixelOnWasm, "--all-targets", ...strict),
  // src/bindgen has no tests, and its many dependencies are built already, in a profile of their own.
  cargoStep("native tests", "test", "--workspace", "--exclude", "assent-bindgen", "--locked"),
  ["release build", "npm run build", buildBinaries],
  ["module tests in Chromium", `cargo test ${pixelOnWasm.join(" ")}`, () => {
    run("cargo", ["test", ...pixelOnWasm], { env: { CHROMEDRIVER: browser.driver, ...patience } });
  }],
  ["JavaScript tests", "node --test js/test/*.test.mjs", () => nodeTests("js")],
  ["browser tests", "node --test --test-concurrency=1 tests/browser/*.test.mjs", () => nodeTests("tests/browser", { CHROMIUM: browser.chromium })],
];

function cargoStep(name, ...args) {
  return [name, `cargo ${args.join(" ")}`, () => cargo(...args)];
}

/** One file after the other: each browser test starts its own servers, and two cores are not many. */
function nodeTests(folder, env = {}) {
  const files = filesOf(at(folder)).filter((file) => /\.test\.m?js$/.test(file));
  if (files.length === 0) throw new Fault(`there is no *.test.mjs under ${folder}`);
  run(process.execPath, ["--test", "--test-concurrency=1", "--test-reporter=spec", ...files], { env });
}

const clock = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

await main(async () => {
  const start = performance.now();
  for (const [name, alone, action] of steps) {
    console.log(`\n── ${name}`);
    const began = performance.now();
    try {
      await action();
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      throw new Fault(`✗ ${name} failed after ${clock(began)}: ${error.message}\n  alone: ${alone}`);
    }
    console.log(`── ${name}: ${clock(began)}`);
  }
  console.log(`\nall ${steps.length} steps passed in ${clock(start)}`);
});
