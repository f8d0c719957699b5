// The module gives no memory back but looks, between two questions, which of it is still in use
// (src/pixel/src/blocks.rs): what it takes stays bounded, and nothing in use is ever taken for free.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { buildStrictModule, glue, strict, wasm } from "../build/module.mjs";
import { instance, page } from "./builds.mjs";
import { history } from "./same/history.mjs";
import { replay, unfold } from "./same/play.mjs";
import { vectors } from "./vectors.mjs";

const seed = Number(process.env.ASSENT_SEED ?? 11);
const { settings, init, cookie, now, rows } = vectors("events.json");
const megabyte = 1024 * 1024;

/** A module with its memory. */
async function watched() {
  const door = await import(`${pathToFileURL(glue)}?watched-${Math.random()}`);
  let memory;
  door.initSync(new WebAssembly.Module(readFileSync(wasm)), (module, imports) => {
    const { exports } = new WebAssembly.Instance(module, imports);
    memory = Object.values(exports).find((made) => made instanceof WebAssembly.Memory);
    return exports;
  });
  return { door, bytes: () => memory.buffer.byteLength };
}

/** A granted page, and what a shell does there. */
function granted(door) {
  const jar = { cookie, storage: {} };
  const { ask } = page(door, settings, { init });
  const perform = (question) => {
    const { acts } = ask({ ...question, jar, now });
    for (const act of acts) {
      if (act.do === "store") jar.storage[act.key] = act.value;
      if (act.do === "clean") perform({ do: "cleaned", what: "path" });
      if (act.do === "send")
        perform({ do: "answered", key: act.key, status: 202, said: "accepted" });
    }
  };
  return perform;
}

test("ten thousand events and their answers stay within four megabytes", async (t) => {
  const { door, bytes } = await watched();
  const perform = granted(door);
  const { event } = rows.find(({ event }) => event.name === "product_added_to_cart");
  for (let number = 0; number < 10_000; number++)
    perform({ do: "heard", event: { ...event, id: `sh-${number}` } });
  t.diagnostic(`${bytes()} bytes`);
  assert.ok(bytes() <= 4 * megabyte, `${bytes()} bytes`);
});

test("a cart of a megabyte is forgotten, and page views that end are", async (t) => {
  const { door, bytes } = await watched();
  const { event } = rows.find(({ event }) => event.name === "checkout_completed");
  const { checkout } = event.data;
  const lines = Array.from({ length: 1000 }, () => checkout.lineItems[0]);
  const long = { ...event, data: { checkout: { ...checkout, lineItems: lines } } };
  let once;
  for (let number = 0; number < 50; number++) {
    const perform = granted(door);
    perform({ do: "heard", event: { ...long, id: `sh-${number}` } });
    if (number === 9) once = bytes();
  }
  t.diagnostic(`${bytes()} bytes`);
  assert.equal(bytes(), once);
});

test("a module that overwrites whatever it frees, before each question, answers as the other does", async (t) => {
  buildStrictModule();
  const usual = await instance("WASM");
  const careful = await import(pathToFileURL(strict.glue));
  careful.initSync({ module: readFileSync(strict.wasm) });
  let questions = 0;
  fc.assert(
    fc.property(history, (history) => {
      const { script, answers } = unfold(usual, history);
      questions += answers.flat().length;
      assert.deepEqual(replay(careful, script), answers);
    }),
    { seed, numRuns: Number(process.env.ASSENT_CASES ?? 200) },
  );
  t.diagnostic(`${questions} questions`);
});
