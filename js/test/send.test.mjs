// What becomes of a request, against servers on this machine: the endpoint's answers, and whatever
// something between may do instead.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import test from "node:test";
import { isFault, send } from "../src/send.js";

/** A server that answers so; gives its address. `arrived` takes what it got. */
async function server(t, answer, arrived = []) {
  const listening = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    arrived.push([request.method, body]);
    answer(response);
  }).listen(0, "127.0.0.1");
  await once(listening, "listening");
  t.after(() => {
    listening.closeAllConnections();
    listening.close();
  });
  return `http://127.0.0.1:${listening.address().port}/v1/events`;
}

const json = (status, body, type = "application/json") => [status, JSON.stringify(body), type];
const problem = (status, reason) => json(status, { status, reason }, "application/problem+json");
const rows = {
  "a beacon taken": [json(202, { accepted: 1, duplicate: 0, refused: [] }), 202, "accepted"],
  "a withdrawal taken": [json(202, { withdrawn: true }), 202, "withdrawn"],
  "a refusal": [problem(422, "bad_event"), 422, "bad_event"],
  "a type with a parameter": [
    json(403, { reason: "no_grant" }, "application/problem+json; charset=utf-8"),
    403,
    "no_grant",
  ],
  "a sign-in page": [[200, "<html>Please sign in</html>", "text/html"], 200],
  "a 202 of something else": [json(202, { ok: true }), 202],
  "a 202 that took no number of events": [json(202, { accepted: null }), 202],
  "a 202 that took a text": [json(202, { accepted: "" }), 202],
  "a 202 that took a list": [json(202, { accepted: [] }), 202],
  "a 202 that took false": [json(202, { accepted: false }), 202],
  "a beacon taken again": [json(202, { accepted: 0, duplicate: 1, refused: [] }), 202, "accepted"],
  "a 202 with nothing": [[202, "", "text/plain"], 202],
  "another API's refusal": [json(403, { message: "Forbidden" }), 403],
  "another API's reason": [json(400, { reason: "no_grant" }), 400],
  "bytes that are no text": [[202, Buffer.from([0xff, 0xfe, 0, 0xd8]), "application/json"], 202],
  "JSON that breaks off": [[202, '{"accepted":', "application/json"], 202],
  "eight megabytes": [[202, "x".repeat(8_000_000), "application/json"], 202],
};

for (const [what, [[status, body, type], told, word]] of Object.entries(rows)) {
  test(`${what} is ${word ? `an answer: ${word}` : "none of the endpoint's"}`, async (t) => {
    const arrived = [];
    const url = await server(
      t,
      (response) => response.writeHead(status, { "Content-Type": type }).end(body),
      arrived,
    );
    const answer = await send(url, '{"v":1}');
    assert.equal(answer.status, told);
    assert.equal(answer.said || undefined, word);
    assert.deepEqual(arrived, [["POST", '{"v":1}']]);
  });
}

for (const status of [301, 302, 303, 307, 308])
  test(`a redirect by ${status} is no answer, and nothing is sent to where it points`, async (t) => {
    const stranger = [];
    const other = await server(t, (response) => response.writeHead(202).end("{}"), stranger);
    const url = await server(t, (response) =>
      response.writeHead(status, { Location: other }).end(),
    );
    assert.deepEqual(await send(url, '{"email":"…"}'), {
      status: 0,
      retryAfter: undefined,
      said: undefined,
    });
    assert.deepEqual(stranger, []);
  });

const hangs = {
  "before it answers": () => {},
  "in the middle of its answer": (response) => {
    response.writeHead(202, { "Content-Type": "application/json" }).write('{"accepted":');
  },
};
for (const [when, answer] of Object.entries(hangs))
  test(`an endpoint that hangs ${when} has not answered`, async (t) => {
    const { timeout } = AbortSignal;
    const asked = [];
    // The time is the test's.
    t.mock.method(AbortSignal, "timeout", (milliseconds) => {
      asked.push(milliseconds);
      return timeout.call(AbortSignal, 100);
    });
    const { said } = await send(await server(t, answer), "{}");
    assert.equal(said, undefined);
    assert.deepEqual(asked, [60_000]);
  });

test("only what somebody can mend is a fault of the set-up", () => {
  for (const [status, said, fault] of [
    [0, undefined, false],
    [200, false, true],
    [202, false, true],
    [403, undefined, true],
    [404, undefined, true],
    [429, undefined, true], // of something between: nothing of ours reaches the shop
    [500, undefined, false],
    [503, undefined, false],
    [202, "accepted", false],
    [202, "withdrawn", false],
    [403, "no_grant", false],
    [404, "unknown_shop", true],
    [422, "unknown_version", true],
    [429, "rate_limited", false],
    [503, "busy", false],
  ])
    assert.equal(!!isFault({ status, said }), fault, `${status} ${said}`);
});

test("an endpoint that is not there, and a guard that throws at once, have not answered", async (t) => {
  const none = { status: 0, retryAfter: undefined, said: undefined };
  const { fetch: usual } = globalThis;
  t.after(() => Object.assign(globalThis, { fetch: usual }));
  assert.deepEqual(await send("http://127.0.0.1:1/v1/events", "{}"), none);
  for (const fetch of [
    () => {
      throw new TypeError("guarded");
    },
    undefined,
    () => undefined,
    () => ({}),
  ]) {
    globalThis.fetch = fetch;
    assert.deepEqual(await send("https://events.example.com/v1/events", "{}"), none);
  }
});
