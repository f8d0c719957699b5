// A copy of the sources in which something can be tried, built in the repository's own target
// folder: what others wrote is built once.
import { spawnSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";
import { ask, at, Fault, target } from "../../js/build/project.mjs";

const steps = `
const { buildModule } = await import("./js/build/module.mjs");
const { buildSection } = await import("./js/build/section.mjs");
const { buildPacked } = await import("./js/build/pack.mjs");
const { buildSnippet } = await import("./js/build/snippet.mjs");
buildModule();
await buildSection();
await buildPacked("assent");
await buildSnippet();`;

/** Where a trial may leave JavaScript that would be pasted besides. */
export const beside = "js/dist/beside.js";

export class Workshop {
  #folder = mkdtempSync(path.join(tmpdir(), "assent-workshop-"));

  constructor() {
    for (const file of ask("git", ["ls-files"]).split("\n")) cpSync(at(file), this.#in(file));
    symlinkSync(at("node_modules"), this.#in("node_modules"));
  }

  read = (file) => readFileSync(this.#in(file), "utf8");
  write = (file, text) => writeFileSync(this.#in(file), text);

  /** Bytes of what is pasted, without a shop's settings, and of the module that a hosted page
   *  fetches. */
  build() {
    const done = spawnSync(process.execPath, ["--input-type=module", "-e", steps], {
      cwd: this.#folder,
      encoding: "utf8",
      env: { ...process.env, CARGO_TARGET_DIR: target() },
    });
    if (done.status !== 0)
      throw new Fault(`the module could not be built in ${this.#folder}:\n${done.stderr}`);
    const more = existsSync(this.#in(beside)) ? this.read(beside) : "";
    rmSync(this.#in(beside), { force: true });
    const pasted = more + this.read("js/dist/snippet.js");
    return {
      pasted: pasted.length,
      brotli: brotliCompressSync(pasted).length,
      hosted:
        readFileSync(this.#in("js/dist/assent.wasm.br")).length +
        (more === "" ? 0 : brotliCompressSync(more).length),
    };
  }

  close = () => rmSync(this.#folder, { recursive: true });

  #in = (file) => path.join(this.#folder, file);
}
