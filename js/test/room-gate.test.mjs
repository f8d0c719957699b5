// The waiting room against the real gate: on every page where the room stays closed, a gate that was
// there from the start would have had nothing to do. It would hold events in memory, and look again.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { at } from "../build/project.mjs";
import { wait } from "../src/room.js";
import { instance, page } from "./builds.mjs";
import { waitHosted } from "./hosting.mjs";
import { sandbox, turns } from "./sandbox.mjs";

const door = await instance("WASM");
const vectors = JSON.parse(readFileSync(at("tests/vectors/events.json"), "utf8"));
const { event } = vectors.rows.find(({ event }) => event.name === "product_added_to_cart");
const flags = [true, false, undefined];
const privacies = flags.flatMap((marketingAllowed) =>
  flags.map((saleOfDataAllowed) => ({ marketingAllowed, saleOfDataAllowed })),
);
const bridge = (marketing) => ({
  bridge: { name: "assent:consent", customData: { marketing, source: "gtag", at: vectors.now } },
});
const histories = [
  [],
  ...privacies.flatMap((customerPrivacy) => [
    [{ privacy: { customerPrivacy } }],
    [bridge(true), { privacy: { customerPrivacy } }],
    [{ privacy: { customerPrivacy } }, bridge(false)],
  ]),
  [bridge(true)],
  [bridge(false), bridge(true)],
  [bridge(null)],
];
// A tool's yes, a no, and what only looks like ours.
const devices = {
  nothing: {},
  "a tool's yes": { cookie: "CookieConsent={marketing:true%2Cstamp:'x'%2Cutc:1763800000000}" },
  "a tool's no": { cookie: "CookieConsent={marketing:false%2Cstamp:'x'%2Cutc:1763800000000}" },
  "TikTok's own cookie": { cookie: "_ttp=01JABCDEFGHJKMNPQRSTVWXYZ0" },
  "a kept module": { storage: { "assent.module": "sha256-x y" } },
  _assent: { cookie: vectors.cookie },
  _assent_c: { cookie: "_assent_c=RS5DLlAuQWFfLTk" },
  "assent.fired": { storage: { "assent.fired": `${"0".repeat(32)} ${vectors.now}` } },
  "assent.outbox": { storage: { "assent.outbox": `${"0".repeat(32)} 1763800000 1763800000 {}` } },
  "assent.bridge": { storage: { "assent.bridge": `gtag ${vectors.now} x` } },
  "assent.withdrawn": {
    storage: {
      "assent.withdrawn": `${"0".repeat(32)} 0 1763800000 1763800000 "${"a".repeat(64)}"`,
    },
  },
};
const unreadable = ["nothing", "cookie", "assent.fired", "assent.bridge", "assent.withdrawn"];
const fail = () => {
  throw new Error("forbidden");
};

/** Whether the room opens on this page. */
async function opens({ privacy, left, blind, history, isPatient }) {
  const answers = { [blind]: fail };
  const { room, told } = sandbox({ privacy, ...left, answers });
  let isOpen = false;
  const load = async () => {
    isOpen = true;
  };
  if (isPatient) waitHosted(room, load).catch(() => {});
  else wait(room, load);
  await turns(30);
  for (const said of history) {
    if (said.privacy) told.visitorConsentCollected(said.privacy);
    else told["assent:consent"](said.bridge);
    await turns(30);
  }
  return isOpen;
}

/** What the gate does on the same page where it is there from the start. */
function acts({ privacy, left, blind, history, cmp }) {
  const settings = { ...vectors.settings, cmp, undecided: "shopify" };
  const init = { ...vectors.init, customerPrivacy: privacy };
  const { keys, ask } = page(door, settings, { init });
  const stored = (key) => (key === blind ? false : (left.storage?.[key] ?? null));
  const jar = {
    cookie: blind === "cookie" ? false : (left.cookie ?? ""),
    storage: Object.fromEntries(keys.map((key) => [key, stored(key)])),
  };
  let { now } = vectors;
  const done = [];
  const turn = (question) => {
    now += 1;
    done.push(...(ask({ ...question, jar, now }).acts ?? []));
  };
  turn({ do: "begin" });
  turn({ do: "heard", event });
  for (const said of history) {
    done.push(
      ...(ask(
        said.privacy
          ? { do: "heed", privacy: said.privacy }
          : { do: "heed_bridge", event: said.bridge },
      ).acts ?? []),
    );
    turn({ do: "signalled" });
    turn({ do: "heard", event: { ...event, id: "sh-later" } });
  }
  turn({ do: "woken" });
  return done;
}

test("where the room stays closed the gate would have nothing to do", async (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] }); // the room's further looks find the same
  let [closed, open] = [0, 0];
  for (const [what, left] of Object.entries(devices))
    for (const blind of unreadable)
      for (const privacy of privacies)
        for (const history of histories) {
          const it = { privacy, left, blind, history };
          // The hosted form's room opens no oftener than the others'.
          if (await opens({ ...it, isPatient: true })) {
            open += 1;
            continue;
          }
          closed += 1;
          for (const cmp of ["shopify", "auto", "bridge"]) {
            const done = acts({ ...it, cmp }).filter(
              (act) => act.do !== "wake" && act.do !== "look",
            );
            assert.deepEqual(done, [], JSON.stringify({ what, blind, privacy, history, cmp }));
          }
        }
  t.diagnostic(`${open} pages on which the room opens, ${closed} on which it stays closed`);
  assert.ok(open > 5_000 && closed > 5_000);
});
