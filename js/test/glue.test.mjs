import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { trimmed } from "../build/glue.mjs";
import { at, Fault } from "../build/project.mjs";
import { instance, page } from "./builds.mjs";

const door = await instance("WASM");
const { settings, init, cookie, now, rows } = JSON.parse(
  readFileSync(at("tests/vectors/events.json"), "utf8"),
);
const jar = { cookie, storage: {} };

/** What a fresh page does about the event, in a frame whose address can be cleaned. */
function heard(event) {
  const { ask } = page(door, settings, { init });
  const { acts } = ask({ do: "heard", event, jar, now });
  if (!acts.some((act) => act.do === "clean")) return acts;
  assert.equal(acts.length, 1, "the address comes before all else");
  return ask({ do: "cleaned", what: "path", jar, now }).acts;
}

test("the module as the snippet carries it gives every event of the vectors its id in both legs", () => {
  for (const { why, event, expect } of rows.filter((row) => !row.random)) {
    const acts = heard(event);
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
    const acts = heard({ ...event, data: { searchResult: { query } } });
    assert.equal(acts.find((act) => act.do === "track").call.params.search_string, query);
  }
});

test("the memory may grow while a text is handed over", () => {
  const { event, expect } = rows.find((row) => row.event.name === "search_submitted");
  const acts = heard({
    ...event,
    context: { ...event.context, navigator: { userAgent: "é".repeat(9_000_000) } },
  });
  assert.equal(
    acts.find((act) => act.do === "track").call.options.event_id,
    expect.browser.options.event_id,
  );
});

test("settings that cannot be read throw a text that says what to do", () => {
  for (const given of [undefined, null, "{", {}, { ...settings, cmp: "" }])
    assert.throws(
      () => door.open(given, JSON.stringify({ init })),
      (words) => /print them again/.test(words),
    );
});

test("what is no question is answered with nothing to do", () => {
  const { ask } = page(door, settings, { init });
  for (const question of [null, 7, [], {}, { do: "dance" }, { do: "heard" }])
    assert.deepEqual(ask(question).acts ?? [], []);
  assert.equal(door.ask("{"), "");
});

test("a glue that has changed is refused", () => {
  assert.throws(() => trimmed("export function open() {}"), Fault);
});
