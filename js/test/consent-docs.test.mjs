// A merchant decides by docs/consent.md. It must name the rules and tools that the gate has, and no
// others.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { at } from "../build/project.mjs";

const text = readFileSync(at("docs", "consent.md"), "utf8");
const gate = (file) => readFileSync(at("src", "gate", "src", "consent", file), "utf8");
/** The first column of every table under a heading, without the tables' heads. */
const column = (heading) =>
  [
    ...text
      .split(/^## /m)
      .find((part) => part.startsWith(heading))
      .matchAll(/^\| `(?!cmp`)([\w-]+)`/gm),
  ].map(([, name]) => name);

test("every rule of the gate is explained, in its order", () => {
  assert.deepEqual(
    column("The rules"),
    [...gate("rule.rs").matchAll(/=> "(\w+)"/g)].map(([, rule]) => rule),
  );
});

test("every tool that `cmp` may name has its row", () => {
  const [, list] = /CMPS[^=]*= \[([^\]]*)\]/.exec(gate("source.rs"));
  const named = [...list.matchAll(/"([\w-]+)"/g)]
    .map(([, name]) => name)
    .filter((name) => name !== "bridge");
  assert.deepEqual(column("What is read").sort(), named.sort());
});
