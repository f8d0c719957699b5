// `npm run reproduce`: everything a browser runs, built once more from nothing in another folder,
// by a developer who has other things in their environment. Both builds must be the same to the
// byte: only then can a merchant, or whoever audits one, compare what is pasted in Shopify with
// what these sources make (docs/verify.md).
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { buildJs } from "../../js/build/build.mjs";
import {
  ask,
  at,
  Fault,
  filesOf,
  main,
  root,
  run,
  setUp,
  target,
} from "../../js/build/project.mjs";

const made = ["js/dist", "extension/dist"];
/** What a machine may have set, and what its clock and language are. */
const elsewhere = {
  CARGO_INCREMENTAL: "1",
  CARGO_PROFILE_WASM_OPT_LEVEL: "1",
  RUSTFLAGS: "-Copt-level=1",
  LANG: "de_DE.UTF-8",
  LC_ALL: "C",
  TZ: "Pacific/Kiritimati",
  SOURCE_DATE_EPOCH: "1",
};

/** SHA-256 of each file that the build makes, by its path. */
function hashes(folder) {
  const files = made.flatMap((part) => filesOf(path.join(folder, part)));
  const hash = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");
  return new Map(files.map((file) => [path.relative(folder, file), hash(file)]));
}

/** The sources as they stand here, committed or not, and what need not be made again: the npm
 *  packages, and the dependencies of the build tool. Of the module nothing is taken along. */
function copySources(folder) {
  const listed = ask("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  if (listed === null) throw new Fault("git cannot list the sources: is this a clone?");
  for (const file of listed.split("\0").filter((file) => file && existsSync(at(file)))) {
    mkdirSync(path.join(folder, path.dirname(file)), { recursive: true });
    cpSync(at(file), path.join(folder, file));
  }
  symlinkSync(at("node_modules"), path.join(folder, "node_modules"), "dir");
  cpSync(target("tool"), path.join(folder, "target", "tool"), {
    recursive: true,
    preserveTimestamps: true,
  });
}

function compare(here, there) {
  const names = [...new Set([...here.keys(), ...there.keys()])].sort();
  const differ = names.filter((name) => here.get(name) !== there.get(name));
  for (const name of names) console.log(`${here.get(name)}  ${name}`);
  if (differ.length > 0) {
    throw new Fault(
      `built twice, and not the same: ${differ.map((name) => `${name} is ${there.get(name)} in the other folder`).join("; ")}`,
    );
  }
  if (names.length < 9) throw new Fault(`only ${names.length} files were compared`);
  console.log(`${names.length} files, built in two folders: the same to the byte`);
}

await main(async () => {
  setUp();
  await buildJs();
  const folder = mkdtempSync(path.join(tmpdir(), "assent another place "));
  try {
    copySources(folder);
    run(
      process.execPath,
      ["--input-type=module", "-e", 'await (await import("./js/build/build.mjs")).buildJs()'],
      {
        cwd: folder,
        env: { ...elsewhere, CARGO_TARGET_DIR: path.join(folder, "target") },
      },
    );
    compare(hashes(root), hashes(folder));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
