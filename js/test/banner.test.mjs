// tests/vectors/banner.json against the built module, as the snippet carries it and translated as the
// app extension does: on what ground a grant stands where `cmp` is "shopify", and what the device
// keeps of it. (src/gate/src/session/tests/ground.rs reads them natively, and as the endpoint does.)
import assert from "node:assert/strict";
import test from "node:test";
import { builds, instance, page } from "./builds.mjs";
import { vectors } from "./vectors.mjs";

const { now, rows } = vectors("banner.json");
const { settings, init, rows: events } = vectors("events.json");
const { event } = events.find(({ event }) => event?.name === "product_added_to_cart");

const made = await Promise.all(
  Object.keys(builds).map(async (build) => [build, await instance(build)]),
);

/** What the one beacon says of consent, and what `_assent` says at the end. */
function reported(door, { cookie, start, heard, reopens }) {
  let kept = cookie;
  const opened = (customerPrivacy) => {
    const { ask } = page(
      door,
      { ...settings, cmp: "shopify" },
      { init: { ...init, customerPrivacy } },
    );
    return (question, at) => {
      const jar = { cookie: kept && `_assent=${kept}`, storage: {} };
      const { acts } = ask({ ...question, jar, now: at });
      for (const { text } of acts.filter((act) => act.do === "cookie"))
        kept = /^_assent=([^;]*)/.exec(text)?.[1] ?? kept;
      return acts;
    };
  };
  let ask = opened(start);
  ask({ do: "begin" }, now - 30);
  for (const { at, customerPrivacy } of heard) {
    ask({ do: "heed", privacy: { customerPrivacy } }, at);
    ask({ do: "signalled" }, at);
  }
  if (reopens) {
    ask = opened({ marketingAllowed: true, saleOfDataAllowed: true });
    ask({ do: "begin" }, now - 1);
  }
  const timestamp = new Date(now * 1000).toISOString();
  const first = ask({ do: "heard", event: { ...event, timestamp } }, now);
  const acts = [...first, ...ask({ do: "cleaned", what: "path" }, now)];
  const [{ consent }] = acts
    .filter((act) => act.do === "send")
    .map(({ body }) => JSON.parse(body))
    .filter(({ events }) => events);
  return { consent, kept };
}

for (const [build, door] of made)
  for (const row of rows)
    test(`${build}: ${row.why}: ${row.basis}`, () => {
      const { consent, kept } = reported(door, row);
      assert.deepEqual([consent.rule, consent.basis], ["shopify_only", row.basis]);
      assert.deepEqual(
        consent.records.map(({ source, key, decision, deciding, decided_at }) => [
          source,
          key,
          decision,
          deciding,
          decided_at,
        ]),
        row.decided_at === null
          ? []
          : [["shopify", "visitorConsentCollected", "granted", false, row.decided_at]],
      );
      assert.match(kept.slice(0, 48), /^[0-9a-f]{48}$/);
      assert.equal(kept.slice(48), row.keeps);
    });
