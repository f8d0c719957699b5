// Every consent tool of the lab: granted, denied, undecided, withdrawn in the middle, granted late.
// What counts is what arrived: at TikTok, at the endpoint, and for a no, that not one request left
// the shop.
import assert from "node:assert/strict";
import test from "node:test";
import { shopWith } from "../tools/world.mjs";
import {
  arrivals,
  arrive,
  assertAbsent,
  elsewhere,
  eventually,
  leaks,
  shopper,
  texts,
  world,
} from "./harness.mjs";

/** The key that stands in the evidence; `kept`, another that may stand there; `open`, the rule
 *  while nobody has answered and Shopify allows. */
const tools = {
  onetrust: { key: "OptanonConsent", open: "cmp_undecided" },
  cookiebot: { key: "CookieConsent", open: "cmp_undecided" },
  usercentrics: { key: "ucData", open: "cmp_undecided" },
  didomi: { key: "didomi_token", open: "cmp_undecided" },
  consentmo: { key: "cookieconsent_status", open: "cmp_undecided" },
  pandectes: { key: "_pandectes_gdpr", open: "cmp_undecided" },
  iubenda: { key: "_iub_cs-12345678", open: "cmp_undecided" },
  cookieyes: { key: "cookieyes-consent", open: "cmp_undecided" },
  tcf: { key: "euconsent-v2", open: "cmp_missing" },
  bridge: { key: "assent:consent", kept: "assent.bridge", open: "cmp_undecided" },
};

/** Where Shopify asks nobody and hears of no answer, so that the tool's record alone stands between
 *  an event and TikTok. */
const unaware = (cmp, more = {}) => ({ cmp, region: "open", tells_shopify: false, ...more });

/** Does something on the page and gives the first word on that event, of the waiting room or of the
 *  module. */
async function word(visitor, event, act) {
  const before = (await visitor.listen()).length;
  await act();
  return eventually(
    async () =>
      (await visitor.listen()).slice(before).find((line) => line.event === event && line.decision),
    () => `the module's word on ${event}; it said ${JSON.stringify(visitor.said)}`,
  );
}

const add = (visitor, page) =>
  word(visitor, "product_added_to_cart", () =>
    page.evaluate(() =>
      window.lab.publish("product_added_to_cart", window.lab.example("product_added_to_cart")),
    ),
  );
const look = (visitor, page, handle) =>
  word(visitor, "product_viewed", () => visitor.go(page, `/products/${handle}`));
/** The first page, judged. */
const enter = async (visitor) => {
  const page = await visitor.browser.newPage();
  return [page, await look(visitor, page, "moka-pot?ttclid=E.C.P.x")];
};
const ruling = ({ decision, rule }) => `${decision} by ${rule}`;
/** What the device keeps besides the tools' own records. */
async function traces(visitor, page) {
  const { cookies, stored } = await visitor.kept(page);
  const tools = new Set(
    await page.evaluate(() =>
      [window.lab.settings.cmp, "cookiebot"].flatMap(window.lab.recordKeys),
    ),
  );
  return [...cookies.map(({ name }) => name), ...stored.map(([name]) => name)].filter(
    (name) => !tools.has(name),
  );
}
const emptied = (visitor, page) =>
  eventually(
    async () => (await traces(visitor, page)).length === 0,
    async () =>
      `a device without our traces and an acknowledged withdrawal; it keeps ${await traces(visitor, page)}`,
  );

/** Nobody answers, though Shopify would allow. */
async function sayNothing(visitor, { open }) {
  const [page] = await enter(visitor);
  assert.equal(ruling(await add(visitor, page)), `unknown by ${open}`);
  assert.deepEqual(await traces(visitor, page), []);
}

/** The tool tells Shopify, as most do. */
async function decline(visitor) {
  const [page, held] = await enter(visitor);
  assert.equal(held.decision, "unknown");
  // Shopify does not permit, so the module is not even asked what the record says.
  const answer = await word(visitor, "consent", () => visitor.decline(page));
  assert.match(answer.done, /^waits for Shopify's permission$/);
  assert.equal((await add(visitor, page)).decision, "unknown");
  await look(visitor, page, "tea-tin");
  assert.equal((await add(visitor, page)).decision, "unknown");
  assert.deepEqual(await traces(visitor, page), []);
}

/** Shopify says yes, the tool says no. */
async function contradict(visitor, cmp, { key }) {
  const [page] = await enter(visitor);
  await visitor.decline(page);
  const line = await add(visitor, page);
  assert.equal(ruling(line), "denied by cmp_denied");
  assert.ok(
    line.conflicts.some(({ yes, no }) => yes === "shopify" && no === cmp),
    JSON.stringify(line),
  );
  assert.ok(
    line.records.some(
      (record) => record.source === cmp && record.key === key && record.decision === "denied",
    ),
    JSON.stringify(line),
  );
  assert.deepEqual(await traces(visitor, page), []);
}

const pageOf = [
  ["Pageview", "browser"],
  ["ViewContent", "browser"],
];
const added = [
  ["AddToCart", "browser"],
  ["AddToCart", "events_api"],
];

/** Held, granted late, granted on the next page, withdrawn. Gives what had arrived by then. */
async function changeTheirMind(lab, visitor, cmp, { key }) {
  const [page] = await enter(visitor);
  assert.equal((await add(visitor, page)).decision, "unknown");
  assert.deepEqual(await lab.received(), []);
  const late = await word(visitor, "start", () => visitor.accept(page));
  assert.equal(ruling(late), "granted by all_yes");
  await arrive(lab, [...pageOf, ...added]);

  // What waited in the room is decided as the module begins.
  const began = await word(visitor, "start", () => visitor.go(page, "/products/tea-tin"));
  // The bridge speaks by an event of its own, which may come after the page's view.
  if (cmp !== "bridge") assert.equal(ruling(began), "granted by all_yes");
  const granted = await add(visitor, page);
  assert.equal(ruling(granted), "granted by all_yes");
  assert.ok(
    granted.records.some(
      (record) => record.source === cmp && record.key === key && record.decision === "granted",
    ),
    JSON.stringify(granted),
  );
  const far = [...pageOf, ...added, ...pageOf, ...added];
  await arrive(lab, far);

  assert.equal((await word(visitor, "consent", () => visitor.decline(page))).decision, "denied");
  assert.equal((await add(visitor, page)).decision, "denied");
  await emptied(visitor, page);
  return far;
}

/** Shopify hears nothing: the record is looked at again at each event. */
async function changeItSilently(lab, visitor, before) {
  const [page] = await enter(visitor);
  await visitor.accept(page);
  assert.equal(ruling(await add(visitor, page)), "granted by all_yes");
  const far = [...before, ...pageOf, ...added];
  await arrive(lab, far);

  await visitor.decline(page);
  assert.equal(ruling(await add(visitor, page)), "denied by cmp_denied");
  await emptied(visitor, page);

  // A later yes counts again, without what was said in between; TikTok's script is not called a
  // second time on this page.
  await visitor.accept(page);
  assert.equal(ruling(await add(visitor, page)), "granted by all_yes");
  await arrive(lab, [...far, ["AddToCart", "events_api"]]);
}

/** The receipts' evidence names the tool; the endpoint accepted and delivered; the tool's own id
 *  stayed in the browser. */
async function endpointAgrees(lab, cmp, { key, kept }, requests, ids) {
  const sent = requests
    .filter(({ method, path }) => method === "POST" && path === "/v1/events")
    .map(({ body }) => JSON.parse(body));
  assert.ok(sent.every((beacon) => beacon.shop === shopWith(cmp)));
  const reports = sent.filter(({ withdraw }) => !withdraw);
  assert.ok(reports.length >= 4, `${reports.length} beacons`);
  for (const { consent } of reports) {
    assert.deepEqual(
      [consent.decision, consent.rule, consent.basis],
      ["granted", "all_yes", "consent"],
    );
    const record = consent.records.find(({ source }) => source === cmp);
    assert.ok([key, kept].includes(record.key), record.key);
    assert.deepEqual([record.decision, record.deciding], ["granted", true]);
    assert.match(record.value, /^[0-9a-f]{64}$/);
  }
  assert.ok(sent.filter(({ withdraw }) => withdraw).length >= 2, "both withdrawals");
  const delivered = (await arrivals(lab)).filter(({ leg }) => leg === "events_api");
  for (const { event_id } of delivered)
    assert.equal(JSON.parse(lab.assent("why", event_id, "--json")).state, "delivered");
  assertAbsent(ids, texts(elsewhere(requests, lab)));
}

/** The device's id as the tools write it. */
async function idsOf(visitor) {
  const { value } = (await visitor.browser.cookies()).find(({ name }) => name === "lab_client");
  return { "the tool's id": value, "the tool's id in hex": value.replaceAll("-", "") };
}

for (const [cmp, tool] of Object.entries(tools)) {
  test(cmp, async (t) => {
    const lab = await world(t, { settings: ["shopify", cmp] });

    await t.test(
      "undecided, declined, or no against Shopify's yes: not one request leaves",
      async (t) => {
        const visitor = await shopper(t, lab);
        await lab.shopSettings(unaware(cmp));
        await sayNothing(visitor, tool);
        await contradict(await visitor.another(), cmp, tool);
        await lab.shopSettings({ cmp });
        await decline(await visitor.another());
        const requests = await visitor.leave();
        assert.ok(
          requests.some(({ path }) => path.startsWith("/products/tea-tin")),
          "the witness saw the shop's own pages",
        );
        assert.deepEqual(leaks(requests, lab), []);
        assert.deepEqual(await lab.received(), []);
        assert.doesNotMatch(lab.assent("report", "--format", "csv"), /AddToCart/);
      },
    );

    await t.test(
      "granted late, granted, withdrawn and granted again: what arrives is what was allowed",
      async (t) => {
        const visitor = await shopper(t, lab);
        await lab.shopSettings({ cmp });
        const far = await changeTheirMind(lab, visitor, cmp, tool);
        await lab.shopSettings(unaware(cmp));
        const other = await visitor.another();
        await changeItSilently(lab, other, far);
        const ids = await idsOf(other);
        await endpointAgrees(lab, cmp, tool, await visitor.leave(), ids);
      },
    );
  });
}

test('cmp = "auto": one tool\'s yes is not enough where another says no', async (t) => {
  const lab = await world(t, { settings: ["shopify", "auto"] });
  await lab.shopSettings(unaware("onetrust", { auto: true }));
  const visitor = await shopper(t, lab);
  const [page] = await enter(visitor);
  await page.evaluate(() => window.lab.record("cookiebot", "decline"));
  await visitor.accept(page);
  const torn = await add(visitor, page);
  assert.equal(ruling(torn), "denied by cmp_denied");
  for (const yes of ["shopify", "onetrust"])
    assert.ok(
      torn.conflicts.some((conflict) => conflict.yes === yes && conflict.no === "cookiebot"),
      JSON.stringify(torn),
    );
  assert.deepEqual(await traces(visitor, page), []);
  assert.deepEqual(await lab.received(), []);

  await page.evaluate(() => window.lab.record("cookiebot", "accept"));
  const agreed = await add(visitor, page);
  assert.equal(ruling(agreed), "granted by all_yes");
  assert.deepEqual(
    agreed.records
      .filter(({ decision }) => decision === "granted")
      .map(({ source }) => source)
      .sort(),
    ["cookiebot", "onetrust"],
  );
  // What was held before the no is forgotten.
  await arrive(lab, added);
});

test('cmp = "auto": without any record nothing leaves, whatever Shopify allows', async (t) => {
  const lab = await world(t, { settings: ["shopify", "auto"] });
  await lab.shopSettings(unaware("shopify", { auto: true }));
  const visitor = await shopper(t, lab);
  const [page] = await enter(visitor);
  assert.equal(ruling(await add(visitor, page)), "unknown by cmp_missing");
  assert.deepEqual(leaks(await visitor.leave(), lab), []);
});
