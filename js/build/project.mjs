// What every script here and in tests/tools needs: where things are, how a command is run, and how
// a step is skipped when nothing it reads has changed. It runs before `npm ci`, so it imports no
// package.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const at = (...parts) => path.join(root, ...parts);
/** cargo's target directory, shared by every step so that nothing is built twice. */
export const target = (...parts) =>
  path.resolve(root, process.env.CARGO_TARGET_DIR || "target", ...parts);
/** What the scripts themselves keep between runs; may be deleted at any time. */
export const state = (...parts) => at(".assent", ...parts);
const exe = process.platform === "win32" ? ".exe" : "";
export const bin = (profile, name) => target(profile, name + exe);
export const wasmTriple = "wasm32-unknown-unknown";

/** A failure that a person can act on: shown without a stack. */
export class Fault extends Error {}

/** Ends the script with a message that says what to do, or with the stack if the fault is ours. */
export async function main(action) {
  try {
    await action();
  } catch (error) {
    console.error(`\n${error instanceof Fault ? error.message : error.stack}`);
    process.exitCode = 1;
  }
}

/** Runs a command in the repository with its output shown (on stderr where stdout is to be JSON); a
 *  failure is a Fault that names it. */
export function run(command, args, { cwd = root, env = {}, fix } = {}) {
  const done = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", process.argv.includes("--json") ? 2 : 1, 2],
  });
  if (done.error)
    throw new Fault(`could not run ${command}: ${done.error.message}${fix ? `\n${fix}` : ""}`);
  if (done.status !== 0) {
    throw new Fault(
      `failed (${done.signal ?? `exit ${done.status}`}): ${[command, ...args].join(" ")}${fix ? `\n${fix}` : ""}`,
    );
  }
}

/** A command's stdout, trimmed, or null if it cannot be run or fails. */
export function ask(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8", ...options });
  return done.status === 0 ? done.stdout.trim() : null;
}

export const cargo = (...args) => cargoWith({}, ...args);
export const cargoWith = (env, ...args) =>
  run("cargo", args, { env, fix: "Rust comes from rustup: https://rustup.rs" });

/** Brings Rust's wasm32 target, its standard library's source and the npm packages, each only when
 *  missing. */
export function setUp() {
  const [major] = process.versions.node.split(".").map(Number);
  if (major < 20)
    throw new Fault(`Node ${process.versions.node} is too old: 20 or newer is needed.`);
  setUpRust();
  setUpPackages();
}

function setUpRust() {
  if (ask("rustc", ["--version"]) === null) {
    // rustup is there but may not install by itself (RUSTUP_AUTO_INSTALL=0); without arguments it
    // reads rust-toolchain.toml.
    run("rustup", ["toolchain", "install"], {
      fix: "Rust comes from rustup (https://rustup.rs); then run this again.",
    });
  }
  const libraries = ask("rustc", ["--print", "target-libdir", "--target", wasmTriple]);
  if (libraries === null || !existsSync(libraries)) {
    run("rustup", ["target", "add", wasmTriple], {
      fix: `The module needs Rust's ${wasmTriple} target, which rustup can add.`,
    });
  }
  const source = path.join(
    ask("rustc", ["--print", "sysroot"]) ?? "",
    "lib",
    "rustlib",
    "src",
    "rust",
    "library",
    "Cargo.lock",
  );
  if (!existsSync(source)) {
    run("rustup", ["component", "add", "rust-src"], {
      fix: "The module is built with its own small standard library: rustup can add rust-src.",
    });
  }
}

function setUpPackages() {
  step(
    "npm packages",
    ["package.json", "package-lock.json"],
    [at("node_modules", "esbuild")],
    () => {
      // No install scripts: what we use works without them, and none of them should run on a
      // merchant's machine.
      run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
    },
  );
}

/**
 * Runs `action` unless the inputs' bytes are those of the last success and every output is still
 * there. Inputs are files or folders of the repository; `extra` is anything else the result depends
 * on.
 */
export function step(name, inputs, outputs, action, extra = "") {
  const stamp = state("steps", name.replaceAll(/\W+/g, "-"));
  const before = `${fingerprint(inputs)} ${extra}`;
  const fresh =
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === before &&
    outputs.every((output) => existsSync(output));
  const finish = () => {
    mkdirSync(path.dirname(stamp), { recursive: true });
    writeFileSync(stamp, before);
  };
  if (fresh) return false;
  console.log(`· ${name}`);
  const result = action();
  if (result instanceof Promise)
    return result.then(() => {
      finish();
      return true;
    });
  finish();
  return true;
}

function fingerprint(inputs) {
  const hash = createHash("sha256");
  for (const file of inputs.flatMap((input) => filesOf(at(input)))) {
    hash.update(`${path.relative(root, file)}\0`).update(readFileSync(file));
  }
  return hash.digest("hex");
}

/** Every file under a path, in a fixed order; none if it does not exist. */
export function filesOf(start) {
  if (!existsSync(start)) return [];
  if (!statSync(start).isDirectory()) return [start];
  return readdirSync(start)
    .sort()
    .flatMap((name) =>
      name === "node_modules" || name === "target" ? [] : filesOf(path.join(start, name)),
    );
}
