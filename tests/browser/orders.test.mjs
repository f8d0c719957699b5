// Orders and their purchases: the tab that is closed at the bank, the shopper who declined, and
// Shopify's word beside the browser's.
import assert from "node:assert/strict";
import test from "node:test";
import { checkoutAnchor, eventId, sha256 } from "../tools/beacon.mjs";
import { shop } from "../tools/world.mjs";
import {
  arrivals,
  checkoutLegs,
  engine,
  eventually,
  leaks,
  shopper,
  state,
  world,
} from "./harness.mjs";

const landing = "/?ttclid=E.C.P.aB3-x_9&utm_source=tiktok";
const form = { email: "  Greta.MUSTER@Example.COM ", phone: "030 901820" };
const purchases = async (lab) => (await arrivals(lab)).filter(({ name }) => name === "Purchase");
const orders = (lab) => JSON.parse(lab.assent("report", "--format", "json")).orders[0];
/** Both webhooks of the order, answered. */
const told = (lab, topics = ["orders/create", "orders/paid"]) =>
  eventually(
    async () => {
      const deliveries = (await lab.deliveries()).filter(
        ({ topic, status }) => topics.includes(topic) && status === 200,
      );
      return deliveries.length >= topics.length && deliveries;
    },
    async () =>
      `the endpoint taking ${topics}; there are ${JSON.stringify(await lab.deliveries())}`,
  );

/** From the landing page to the payment page; gives page and token. `answer` is the banner's. */
async function toPayment(visitor, answer) {
  const page = await visitor.open(landing);
  await visitor[answer](page);
  await visitor.addToCart(page);
  await visitor.go(page, "/cart");
  await page.click("#checkout");
  await page.waitForURL(/\/information/);
  await visitor.running(page);
  for (const [name, value] of Object.entries(form))
    await page.fill(`#information [name=${name}]`, value);
  await page.click("#information button");
  await page.waitForURL(/\/payment/);
  await visitor.running(page);
  return { page, token: /\/checkouts\/cn\/([0-9a-f]{32})\//.exec(await page.url())[1] };
}

/** Pays, and closes the tab while the bank thinks: the thank-you page is never asked for. */
async function payAndClose(lab, page) {
  await page.evaluate(() => {
    window.lab.processing = new Promise(() => {});
  });
  await page.click("#pay");
  const [order] = await eventually(async () => {
    const { orders } = await lab.control("/lab/shop/orders");
    return orders.length > 0 && orders;
  }, "the shop's server having the order");
  // Without its last window a WebDriver session ends; a page that is left for good is as far gone.
  await (engine === "chromium" ? page.close() : page.goto("about:blank"));
  return order;
}

test("the tab is closed on the payment page, and TikTok gets the purchase all the same, once", async (t) => {
  const lab = await world(t, { webhooks: 0 });
  const visitor = await shopper(t, lab);
  const { page, token } = await toPayment(visitor, "accept");
  // What the checkout's first page left to the server is there: an order that comes earlier finds
  // no consent.
  await eventually(
    async () =>
      (await arrivals(lab)).some(
        ({ name, leg }) => name === "InitiateCheckout" && leg === "events_api",
      ),
    "the server's InitiateCheckout",
  );
  const order = await payAndClose(lab, page);
  const id = lab
    .assent("event-id", "--shop", shop, "--event", "Purchase", "--checkout-token", token)
    .trim();
  assert.equal(id, eventId(shop, "Purchase", checkoutAnchor(shop, token)));

  const [first] = await eventually(
    async () => (await purchases(lab)).length > 0 && purchases(lab),
    "a Purchase at the stand-in",
  );
  await told(lab);
  const all = await purchases(lab);
  assert.deepEqual(
    all.map(({ leg, event_id }) => [leg, event_id]),
    [["events_api", id]],
  );
  const { user, properties, event_time } = first.body.data[0];
  assert.deepEqual(
    [user.ttclid, user.email, user.phone],
    ["E.C.P.aB3-x_9", sha256("greta.muster@example.com"), sha256("+4930901820")],
  );
  assert.deepEqual(
    [properties.value, properties.currency, properties.order_id],
    [Number(order.total_price), order.currency, String(order.id)],
  );
  assert.equal(event_time, Date.parse(order.created_at) / 1000);
  assert.equal((await lab.counted()).filter(({ name }) => name === "Purchase").length, 1);
  assert.equal(state(lab, String(order.id)), "delivered");
  const { orders: count, delivered, recovered } = orders(lab);
  assert.deepEqual([count, delivered, recovered], [1, 1, 1]);
});

test("declined, and the tab closed: nothing leaves, and the report says what can be known of it", async (t) => {
  const lab = await world(t, { webhooks: 0 });
  const visitor = await shopper(t, lab);
  const { page } = await toPayment(visitor, "decline");
  const order = await payAndClose(lab, page);
  await told(lab);
  const story = JSON.parse(lab.assent("why", String(order.id), "--json"));
  assert.equal(story.state, "no_consent_on_record");
  assert.match(
    story.reason,
    /declined, never decided, had scripts blocked, or paid where no pixel runs/,
  );
  assert.deepEqual(orders(lab).ended, { no_consent_on_record: 1 });
  assert.match(lab.assent("report"), /of 1 orders 1 have no consent on record/);
  assert.deepEqual(leaks(await visitor.leave(), lab), []);
  assert.deepEqual(await lab.received(), []);
});

test("the browser tells of it too: one conversion, and the server's copy at Shopify's figures", async (t) => {
  const lab = await world(t, { webhooks: 0, extra: '[shops.purchase]\nunconfirmed = "drop"' });
  // Its webhooks come by hand: after the beacon, which waits for them.
  await lab.shopSettings({ webhooks: "off" });
  const visitor = await shopper(t, lab);
  const page = await visitor.open(landing);
  await visitor.accept(page);
  await visitor.addToCart(page);
  const token = await visitor.checkOut(page, { form });
  const id = eventId(shop, "Purchase", checkoutAnchor(shop, token));
  await eventually(
    () => state(lab, id) === "held",
    () => `the purchase waiting; it is ${state(lab, id)}`,
  );
  assert.deepEqual(
    (await purchases(lab)).filter(({ leg }) => leg === "events_api"),
    [],
  );

  // As after an upsell on the way to the thank-you page, which only Shopify knows of.
  const upsold = {
    shop_money: { amount: "99.90", currency_code: "EUR" },
    presentment_money: { amount: "99.90", currency_code: "EUR" },
  };
  const { webhook_id, status } = await lab.tell("orders/create", {
    fields: { total_price: "99.90", total_price_set: upsold },
  });
  assert.equal(status, 200);
  await eventually(
    async () => (await purchases(lab)).length === checkoutLegs.length,
    "the purchase in each leg",
  );
  await lab.tell("orders/create", { webhook_id });
  await lab.tell("orders/paid");
  await eventually(
    () => state(lab, id) === "delivered",
    () => `the purchase delivered; it is ${state(lab, id)}`,
  );
  const all = await purchases(lab);
  assert.deepEqual(all.map(({ leg }) => leg).sort(), checkoutLegs);
  assert.deepEqual([...new Set(all.map(({ event_id }) => event_id))], [id]);
  assert.equal(all.find(({ leg }) => leg === "events_api").body.data[0].properties.value, 99.9);
  assert.equal((await lab.counted()).filter(({ name }) => name === "Purchase").length, 1);
  const { delivered, confirmed, value_differs } = orders(lab);
  assert.deepEqual(
    [delivered, confirmed, value_differs],
    [1, 1, checkoutLegs.includes("browser") ? 1 : 0],
  );
});

test("an order that is cancelled before its purchase goes out takes it along", async (t) => {
  const lab = await world(t, { webhooks: 0 });
  await lab.shopSettings({ webhooks: "off" });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/");
  await visitor.accept(page);
  await visitor.addToCart(page);
  const id = eventId(shop, "Purchase", checkoutAnchor(shop, await visitor.checkOut(page)));
  await eventually(
    () => state(lab, id) === "held",
    () => `the purchase waiting; it is ${state(lab, id)}`,
  );
  await lab.tell("orders/cancelled");
  assert.equal(state(lab, id), "cancelled");
  assert.deepEqual(
    (await purchases(lab)).filter(({ leg }) => leg === "events_api"),
    [],
  );
});
