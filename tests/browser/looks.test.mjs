// Consent tools that write their record late, or tell nobody: the page looks by itself. What counts
// is what arrived, without another event on the page.
import assert from "node:assert/strict";
import test from "node:test";
import { arrivals, arrive, eventually, shopper, state, world } from "./harness.mjs";

const settings = ["shopify", "onetrust"];
/** Shopify asks nobody, and hears of no answer. */
const unaware = { cmp: "onetrust", region: "open", tells_shopify: false };

const held = ({ event, decision }, name) => event === name && decision === "unknown";
const add = (page) =>
  page.evaluate(() =>
    window.lab.publish("product_added_to_cart", window.lab.example("product_added_to_cart")),
  );
const record = (page, choice) =>
  page.evaluate((choice) => window.lab.record("onetrust", choice), choice);

test("a yes that only the record tells releases what is held", async (t) => {
  const lab = await world(t, { settings });
  await lab.shopSettings(unaware);
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  await add(page);
  await visitor.hears((line) => held(line, "product_added_to_cart"), "that it holds");
  assert.deepEqual(await lab.received(), []);
  await record(page, "accept");
  await arrive(lab, [
    ["Pageview", "browser"],
    ["ViewContent", "browser"],
    ["AddToCart", "browser"],
    ["AddToCart", "events_api"],
  ]);
});

test("Shopify's signal first and the record 30 ms after it, on the thank-you page: the Purchase arrives", async (t) => {
  const lab = await world(t, { settings });
  await lab.shopSettings({ cmp: "onetrust" });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/");
  await visitor.addToCart(page);
  await visitor.checkOut(page);
  await visitor.hears((line) => held(line, "checkout_completed"), "that it holds the Purchase");
  assert.deepEqual(await lab.received(), []);
  await page.evaluate(() => {
    const yes = { analytics: true, marketing: true, preferences: true, sale_of_data: true };
    window.Shopify.customerPrivacy.setTrackingConsent(yes, () =>
      setTimeout(() => window.lab.record("onetrust", "accept"), 30),
    );
  });
  await eventually(async () => {
    const legs = (await arrivals(lab)).filter(({ name }) => name === "Purchase");
    return new Set(legs.map(({ leg }) => leg)).size === 2;
  }, "both copies of the Purchase");
});

test("a no that only the record tells stops the Purchase that waits on the server", async (t) => {
  const lab = await world(t, { settings, webhooks: 600_000 });
  await lab.shopSettings(unaware);
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/");
  await record(page, "accept");
  await visitor.addToCart(page);
  await visitor.checkOut(page);
  const { event_id } = await eventually(
    async () =>
      (await arrivals(lab)).find(({ name, leg }) => name === "Purchase" && leg === "browser"),
    "the browser's Purchase",
  );
  await eventually(async () => state(lab, event_id) === "held", "the server's copy waiting");
  await record(page, "decline");
  await eventually(async () => state(lab, event_id) === "withdrawn", "the waiting copy withdrawn");
  await eventually(
    async () => !(await visitor.kept(page)).cookies.some(({ name }) => name === "_assent"),
    "a device without our mark",
  );
});
