// js/src/translate is a box with one door (its README): it imports nothing from outside, and
// outside only its door is known.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import test from "node:test";
import { at, filesOf } from "../build/project.mjs";

const box = at("js", "src", "translate");
const door = path.join(box, "instance.js");
const isInside = (file) => file.startsWith(box + path.sep);

/** The files of the product's JavaScript, with what each imports: statements, `import()`, and types
 *  in comments. */
const imports = ["js/src", "extension/src"].flatMap((folder) =>
  filesOf(at(folder))
    .filter((file) => file.endsWith(".js"))
    .flatMap((file) => importedBy(file).map((wanted) => ({ file, wanted }))),
);

function importedBy(file) {
  const named = readFileSync(file, "utf8").matchAll(
    /\b(?:from|import)\s*\(?\s*["'`]([^"'`]+)["'`]/g,
  );
  return [...named].map(([, name]) =>
    name.startsWith(".") ? path.resolve(file, "..", name) : name,
  );
}

const shown = ({ file, wanted }) => `${path.relative(at(), file)} imports ${wanted}`;

test("the box imports nothing from outside", () => {
  const own = imports.filter(({ file }) => isInside(file));
  assert.ok(own.length > 3, "its imports were found");
  assert.deepEqual(own.filter(({ wanted }) => !isInside(wanted)).map(shown), []);
});

test("outside only its door is imported", () => {
  const uses = imports.filter(({ file, wanted }) => !isInside(file) && isInside(wanted));
  assert.ok(uses.length > 0, "the extension brings it along");
  assert.deepEqual(uses.filter(({ wanted }) => wanted !== door).map(shown), []);
});
