import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { pathToFileURL } from "node:url";
import { trimmed } from "../build/glue.mjs";
import { glue, wasm } from "../build/module.mjs";
import { at, Fault } from "../build/project.mjs";

const { initSync, Pixel } = await import(pathToFileURL(glue));
initSync(readFileSync(wasm));

const { settings, init, cookie, now, rows } = JSON.parse(
  readFileSync(at("tests/vectors/events.json"), "utf8"),
);
const jar = { cookie, fired: null, outbox: null, withdrawn: null };

function page() {
  const pixel = new Pixel(JSON.stringify(settings), init, "custom", undefined);
  pixel.cleaned("path");
  return pixel;
}

const heard = (event) => page().heard(event, jar, now * 1000);

test("the module as the snippet carries it gives every event of the vectors its id in both legs", () => {
  for (const { why, event, expect } of rows.filter((row) => !row.random)) {
    const { acts } = heard(event);
    const track = acts.find((act) => act.do === "track");
    assert.equal(track?.call.options.event_id, expect.browser?.options?.event_id, why);
    const [sent] = acts
      .filter((act) => act.do === "send")
      .flatMap((act) => JSON.parse(act.body).events);
    assert.equal(sent?.event_id, expect.server?.event_id, why);
  }
});

test("text of every kind goes in and comes out unchanged", () => {
  const { event } = rows.find((row) => row.event.name === "search_submitted");
  for (const query of [
    "plain",
    'a "b" \\ c',
    "tab\tline\nend\u0000\u001f\u007f",
    "Größe 38 – ½ 😀 \u2028",
    "x".repeat(400),
  ]) {
    const { acts } = heard({ ...event, data: { searchResult: { query } } });
    assert.equal(acts.find((act) => act.do === "track").call.params.search_string, query);
  }
});

test("the memory may grow while a text is handed over", () => {
  const { event, expect } = rows.find((row) => row.event.name === "search_submitted");
  const { acts } = heard({
    ...event,
    context: { ...event.context, navigator: { userAgent: "é".repeat(9_000_000) } },
  });
  assert.equal(
    acts.find((act) => act.do === "track").call.options.event_id,
    expect.browser.options.event_id,
  );
});

test("an event that throws gives an empty plan; settings that cannot be read throw", () => {
  const event = {
    get name() {
      throw new Error("a getter");
    },
  };
  assert.deepEqual(heard(event), { acts: [], said: [] });
  assert.throws(
    () => new Pixel("{", init, "custom", undefined),
    (words) => /print them again/.test(words),
  );
});

test("the address of the page is known before any event", () => {
  assert.deepEqual(page().address(), ["https://shop.acme.example/cart", ""]);
});

test("a glue that has changed is refused", () => {
  assert.throws(() => trimmed("export class Pixel {}"), Fault);
});
