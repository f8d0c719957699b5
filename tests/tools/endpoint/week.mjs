// A few shoppers of a shop, as its pages and Shopify tell of them: what `assent-seed` makes a large shop's week of.
// Of twenty events twelve are AddToCart, four InitiateCheckout, three AddPaymentInfo and one is a Purchase; Shopify
// tells of two orders, for one of two shoppers never agreed; one of those who did takes it back.
import { createHmac } from "node:crypto";
import { checkoutAnchor, eventId, id, purchaseBeacon, sha256 } from "../beacon.mjs";
import { domainOf } from "./rig.mjs";

export const secret = "bench-webhook-secret";
export const orderNumber = 6_807_581_753_559;
export const [added, begun, paying] = [12, 4, 3];
/** What the module keeps of a yes in Shopify's own banner. */
const answer = {
  source: "shopify",
  key: "visitorConsentCollected",
  decision: "granted",
  deciding: false,
  opt_out: false,
  id: null,
  version: null,
};

const post = async (port, where, headers, body) => {
  const answer = await fetch(`http://127.0.0.1:${port}${where}`, { method: "POST", headers, body });
  if (!answer.ok) throw new Error(`${where}: HTTP ${answer.status} ${await answer.text()}`);
  return answer.json();
};
const beacon = (port, message) =>
  post(port, "/v1/events", { "content-type": "text/plain" }, JSON.stringify(message));

/** One event of a shopper, who answered Shopify's banner with yes, or whom its permission covers. */
function told(shop, name, token, now, hasAnswered) {
  const message = purchaseBeacon(shop, token, now);
  const [event] = message.events;
  message.cart = id("assent/1/cart", shop, token);
  if (hasAnswered) {
    const record = { ...answer, decided_at: now - 90_000, value: sha256("true true") };
    Object.assign(message.consent, { basis: "consent", records: [record] });
  }
  if (name === "AddToCart") {
    const anchor = `sh-${token}`;
    const own = { name, checkout: null, shopify_event_id: anchor };
    Object.assign(event, own, { event_id: eventId(shop, name, anchor) });
    message.checkout = null;
  } else {
    Object.assign(event, { name, event_id: eventId(shop, name, event.checkout) });
  }
  return message;
}

const money = (amount) => ({
  shop_money: { amount, currency_code: "EUR" },
  presentment_money: { amount, currency_code: "EUR" },
});
const order = (number, token, now) => ({
  id: number,
  name: `#${1001 + (number - orderNumber)}`,
  created_at: new Date(now * 1000).toISOString(),
  checkout_token: token,
  cart_token: null,
  test: false,
  source_name: "web",
  currency: "EUR",
  presentment_currency: "EUR",
  total_price: "81.91",
  total_price_set: money("81.91"),
  email: `${token}@example.com`,
  billing_address: { first_name: "A", last_name: "B", zip: "10115", country_code: "DE" },
  line_items: [
    {
      product_id: 1,
      variant_id: 40_000_001,
      sku: "M",
      title: "Sample mug",
      quantity: 2,
      price: "15.25",
      price_set: money("15.25"),
    },
  ],
});

async function webhook(port, shop, topic, told) {
  const body = JSON.stringify(told);
  const headers = {
    "content-type": "application/json",
    "x-shopify-topic": topic,
    "x-shopify-shop-domain": shop,
    "x-shopify-webhook-id": `${topic}-${told.id}`,
    "x-shopify-hmac-sha256": createHmac("sha256", secret).update(body).digest("base64"),
  };
  return post(port, "/v1/webhooks/shopify", headers, body);
}

/** Gives the Purchase's id once TikTok's stand-in has all of them. `settings`: the hash of those that the shop's
 *  pixel runs with, if it is not to be taken for an old one. */
export async function live({ port, sink }, { shop = domainOf(0), settings } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const tell = (name, token) => {
    const hasAnswered = Number(token.split("-")[1]) % 2 === 0;
    const message = told(shop, name, token, now, hasAnswered);
    if (settings) message.client.settings = settings;
    return beacon(port, message);
  };
  for (let n = 0; n < added; n += 1) await tell("AddToCart", `shopper-${n}`);
  for (let n = 0; n < begun; n += 1) await tell("InitiateCheckout", `shopper-${n}`);
  for (let n = 0; n < paying; n += 1) await tell("AddPaymentInfo", `shopper-${n}`);
  await tell("Purchase", "shopper-0");
  for (const [n, token] of ["shopper-0", "stranger-1"].entries()) {
    await webhook(port, shop, "orders/create", order(orderNumber + n, token, now));
    await webhook(port, shop, "orders/paid", order(orderNumber + n, token, now));
  }
  const events = added + begun + paying + 1;
  for (const until = Date.now() + 20_000; ; ) {
    if ((await sink.ask("count")).events === events) break;
    if (Date.now() > until)
      throw new Error("not every event of the week came to TikTok's stand-in");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const { client } = purchaseBeacon(shop, "x", now);
  const withdraw = { at: now, checkouts: [], carts: [], external_id: sha256("shopper-11") };
  await beacon(port, { v: 1, shop, sent_at: now, client, withdraw });
  return eventId(shop, "Purchase", checkoutAnchor(shop, "shopper-0"));
}
