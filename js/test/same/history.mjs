// What happens to a shopper: pages of one shop, viewed one after the other, and on each what
// Shopify, the endpoint and the clock make the sandbox ask the module. Generated as intentions,
// because what a device shows depends on earlier answers.
import fc from "fast-check";
import { bridged, event, init, signal } from "./payloads.mjs";
import { found as consentRecord } from "./records.mjs";
import { doubtful, settings } from "./shop.mjs";
import { hex, mostly, number, odd, record } from "./values.mjs";

const second = 1000;
const day = 86_400 * second;
const passed = mostly(
  fc.constantFrom(0, 1, 40, second, 5 * second, 15 * second, 60 * second, 600 * second),
  5,
  fc.constantFrom(3600 * second, 2 * day, 8 * day, 60 * day, 400 * day, -5 * second, 0.5, 999.999),
);
/** What of the device cannot be read or written during a call. */
const sight = mostly(
  fc.constant({}),
  8,
  fc.constantFrom(
    { cookie: "unreadable" },
    { storage: "unreadable" },
    { cookie: "unwritable" },
    { storage: "unwritable" },
    { cookie: "unwritable", storage: "unwritable" },
  ),
);

const ids = fc.constantFrom(
  "1163b6cc081573da020c41e1cba14d48",
  "b6aceda9e54b686b389dec2467549d0e",
  "795c1d4692b452189ebc29e0b9d8572a",
);
const since = fc
  .constantFrom(1_772_441_000, 1_772_400_000, 1_771_000_000, 1_772_500_000, 0)
  .map(String);
const line = (key, body) => fc.tuple(key, since, since, body).map((parts) => parts.join(" "));
const digest = hex(64);
/** What the module may find of its own: another tab's, an earlier page's, or what a stranger wrote
 *  there. */
const left = fc.oneof(
  record({ store: fc.constant("cookie"), pairs: record({ _assent: mostly(hex(48), 4, odd) }) }),
  record({
    store: fc.constant("cookie"),
    pairs: record({
      _assent_c: fc.constantFrom(
        "RS5DLlAuQWFfLTk",
        "RS5DLlAub3RoZXI",
        "RS5DLlAub3RoZXI=",
        "Zg==Zg",
        "_w",
        "%",
      ),
      _ttp: mostly(hex(27), 4, odd),
    }),
  }),
  record({
    store: fc.constant("localStorage"),
    pairs: record(
      {
        "assent.fired": fc
          .array(
            mostly(
              fc.tuple(ids, since).map((parts) => parts.join(" ")),
              5,
              odd,
            ),
            { maxLength: 3 },
          )
          .map((lines) => lines.join("\n")),
        "assent.outbox": fc
          .array(
            mostly(
              line(hex(32), fc.constantFrom('{"v":1}', '{"v":1,"text":"é\\n"}', "[]")),
              5,
              odd,
            ),
            { maxLength: 3 },
          )
          .map((lines) => lines.join("\n")),
        "assent.withdrawn": mostly(
          line(
            hex(32),
            fc
              .tuple(since, digest, digest)
              .map(([at, one, other]) => `${at} "${one}","${other}"  "${other}"`),
          ),
          4,
          odd,
        ),
        "assent.bridge": mostly(
          fc.constantFrom("usercentrics 1772441000 r-1", "gtag 1700000000 ", "gtag 9999999999 x"),
          4,
          odd,
        ),
      },
      { requiredKeys: [] },
    ),
  }),
);

const change = fc.oneof(
  { arbitrary: record({ kind: fc.constant("put"), what: consentRecord }), weight: 4 },
  { arbitrary: record({ kind: fc.constant("put"), what: left }), weight: 2 },
  {
    arbitrary: record({
      kind: fc.constant("lose"),
      store: fc.constant("cookie"),
      key: fc.constantFrom("_assent", "_assent", "_assent_c"),
    }),
    weight: 2,
  },
  {
    arbitrary: record({
      kind: fc.constant("lose"),
      store: fc.constant("localStorage"),
      key: fc.constantFrom("assent.outbox", "assent.fired", "assent.bridge"),
    }),
    weight: 1,
  },
  { arbitrary: fc.constant({ kind: "lose_all" }), weight: 1 },
);

const happenedAt = mostly(
  fc.constantFrom(0, 5 * second, 60 * second).map((ago) => ({ ago })),
  8,
  fc.constantFrom(
    { ago: 9 * day },
    { ago: -day },
    { text: "2026-03-02T10:00:00+01:00" },
    { text: "2025-02-29T09:00:00Z" },
    { text: "" },
    { text: "now" },
  ),
);
const status = mostly(
  fc.constantFrom(202, 202, 202, 200, 400, 403, 413, 429, 500, 503, 0),
  12,
  fc.integer({ min: 0, max: 65_535 }),
);
/** What the endpoint says, or what stands between. Most answers are whole ones. */
const said = mostly(fc.constantFrom("accepted", "withdrawn", "no_grant", undefined), 8, odd);
const whole = fc.constantFrom(
  { status: 202, said: "accepted" },
  { status: 202, said: "accepted" },
  { status: 202, said: "withdrawn" },
  { status: 400, said: "unreadable" },
  { status: 403, said: "withdrawn" },
  { status: 404, said: "unknown_shop" },
);
const retryAfter = mostly(fc.constantFrom(undefined, 1, 30, 3600), 6, number);
/** Whether something else comes before the turn in which the signal is carried out. */
const alone = mostly(fc.constant(false), 6, fc.constant(true));
const call = fc.oneof(
  { arbitrary: record({ ask: fc.constant("heard"), event, at: happenedAt }), weight: 10 },
  { arbitrary: record({ ask: fc.constant("heed"), signal, alone }), weight: 2 },
  { arbitrary: record({ ask: fc.constant("heed_bridge"), event: bridged, alone }), weight: 2 },
  { arbitrary: record({ ask: fc.constant("signalled") }), weight: 1 },
  // The same event again, as a replay brings it.
  { arbitrary: record({ ask: fc.constant("again") }), weight: 1 },
  {
    arbitrary: fc
      .tuple(
        record({ ask: fc.constant("answered"), which: mostly(fc.nat(3), 12, odd), retryAfter }),
        mostly(whole, 2, record({ status, said })),
      )
      .map(([call, answer]) => ({ ...call, ...answer })),
    weight: 3,
  },
  { arbitrary: record({ ask: fc.constant("woken") }), weight: 2 },
);
/** Something that the room heard. */
const told = fc.oneof(
  { arbitrary: event.map((event) => ({ event })), weight: 4 },
  { arbitrary: signal.map((privacy) => ({ privacy })), weight: 2 },
  { arbitrary: bridged.map((bridge) => ({ bridge })), weight: 2 },
);
const recalled = record({ passed, sight, told, at: happenedAt });
const step = record({ passed, sight, change: mostly(fc.constant(undefined), 6, change), call });

/** What getRandomValues gives (play.mjs): so many times sixteen bytes, then nothing. */
const dice = record({
  first: fc.nat(255),
  count: mostly(fc.constant(30), 20, fc.constantFrom(0, 1, 2)),
});
const view = (most) =>
  record({
    init,
    dice,
    kind: fc.constantFrom("custom", "custom", "app", "npm"),
    gpc: mostly(fc.constantFrom(false, null), 20, fc.constant(true)),
    leg: mostly(fc.constant(true), 5, fc.constant(false)),
    recalled: mostly(fc.constant([]), 3, fc.array(recalled, { maxLength: most })),
    cleaned: fc.constantFrom("path", "path", "query", "nothing"),
    begins: mostly(record({ passed, sight }), 20, fc.constant(undefined)),
    steps: fc.array(step, { maxLength: most }),
  });

/** One to eight calls, and the beginnings of up to three pages. */
export const history = consentRecord.chain((found) =>
  record({
    settings: settings(found.cmp),
    found: mostly(
      fc.constant([found]),
      8,
      fc.constant([]),
      fc.tuple(fc.constant(found), fc.oneof(consentRecord, left)),
      fc.tuple(left, consentRecord, fc.constant(found)),
    ),
    pages: mostly(
      fc.tuple(view(8)),
      6,
      fc.tuple(view(4), view(4)),
      fc.tuple(view(3), view(3), view(2)),
    ),
  }),
);

/** A page of a shop whose settings may not be readable. */
export const opening = record({
  settings: doubtful,
  found: fc.constant([]),
  pages: fc.tuple(view(0)),
});
