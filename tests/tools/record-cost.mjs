// What each consent record costs in the pasted snippet: once for each file that the table of
// src/gate/src/consent/records names, the snippet is built without that file's lines there. Code
// that others use too stays in it, and counts for none. Some forty builds of the module; `node
// tests/tools/record-cost.mjs`. The figures stand in docs/size.md.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ask, at, Fault, main, setUp, target } from "../../js/build/project.mjs";

const table = path.join("src", "gate", "src", "consent", "records", "mod.rs");

/** A copy of the sources, built in the repository's own target folder: what others wrote is built
 *  once. */
function workshop() {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-records-"));
  for (const file of ask("git", ["ls-files"]).split("\n"))
    cpSync(at(file), path.join(folder, file));
  symlinkSync(at("node_modules"), path.join(folder, "node_modules"));
  return folder;
}

/** Bytes of js/dist/snippet.js. */
function build(folder) {
  const script =
    'import("./js/build/snippet.mjs").then(async ({ buildSnippet }) => { (await import("./js/build/module.mjs")).buildModule(); await buildSnippet(); })';
  const done = spawnSync(process.execPath, ["-e", script], {
    cwd: folder,
    encoding: "utf8",
    env: { ...process.env, CARGO_TARGET_DIR: target() },
  });
  if (done.status !== 0)
    throw new Fault(`the module could not be built in ${folder}:\n${done.stderr}`);
  return statSync(path.join(folder, "js", "dist", "snippet.js")).size;
}

await main(() => {
  setUp();
  const folder = workshop();
  try {
    const file = path.join(folder, table);
    const whole = readFileSync(file, "utf8");
    const lines = [...whole.matchAll(/^ {4}(\w+)::[A-Z0-9_]+,\n/gm)];
    const names = [...new Set(lines.map(([, name]) => name))];
    const all = build(folder);
    const costs = names.map((name) => {
      writeFileSync(file, whole.replace(new RegExp(`^ {4}${name}::[A-Z0-9_]+,\\n`, "gm"), ""));
      return [name, all - build(folder)];
    });
    writeFileSync(file, whole.replace(/^ {4}(\w+)::[A-Z0-9_]+,\n/gm, ""));
    const none = build(folder);
    costs.sort(([, a], [, b]) => b - a);
    console.log(
      `snippet.js ${all} bytes; without any record ${none}; bytes that each record adds (what several share is in none):`,
    );
    for (const [name, bytes] of costs)
      console.log(`${name.padEnd(20)} ${String(bytes).padStart(6)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
