// What others have written goes out with their notice: of every crate that is linked in, and of no
// other.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { chosen, made } from "../build/notices.mjs";
import { at } from "../build/project.mjs";

test("the notice files are those of the crates in Cargo.lock", () => {
  for (const [file, text] of made()) {
    const committed = readFileSync(at(...file.split("/")), "utf8");
    assert.ok(committed === text, `${file} is of other crates: run \`node js/build/notices.mjs\``);
  }
});

test("every crate that a notice file lists has a text in it, with whose it is", () => {
  for (const file of ["THIRD-PARTY-NOTICES.txt", "js/THIRD-PARTY-NOTICES.txt"]) {
    const [list, ...blocks] = readFileSync(at(...file.split("/")), "utf8").split(/^-{78}\n/m);
    const listed = [...list.matchAll(/^ {2}(\S+ \d\S*) \(/gm)].map(([, name]) => name);
    assert.ok(listed.length > 15, file);
    for (const name of listed) {
      const own = blocks.filter((block) => block.split("\n\n")[0].split("\n").includes(name));
      assert.ok(own.length > 0, `${file}: nothing goes along with ${name}`);
      assert.match(own.join(""), /copyright|\(c\)|©/i, `${file}: ${name} names nobody`);
    }
  }
});

test("of alternatives one licence is taken, of what holds together all", () => {
  assert.deepEqual(chosen("MIT OR Apache-2.0"), ["MIT"]);
  assert.deepEqual(chosen("Apache-2.0/MIT"), ["MIT"]);
  assert.deepEqual(chosen("Unicode-3.0"), ["Unicode-3.0"]);
  assert.deepEqual(chosen("(MIT OR Apache-2.0) AND Unicode-3.0"), ["MIT", "Unicode-3.0"]);
  assert.throws(() => chosen("GPL-3.0 OR AGPL-3.0"));
});
