// The contract's ids and a beacon, made without any of the product's code: an oracle for tests, and material for load.
import { createHash } from "node:crypto";

export const sha256 = (text) => createHash("sha256").update(text, "utf8").digest("hex");

/** docs/contract.md#ids: SHA-256 over the parts in order, each as UTF-8 after its length in bytes, four bytes big-endian. */
export function id(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) {
    const bytes = Buffer.from(part, "utf8");
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  }
  return hash.digest("hex");
}

export const checkoutAnchor = (shop, token) => id("assent/1/checkout", shop, token);
export const eventId = (shop, name, anchor) => id("assent/1", shop, name, anchor).slice(0, 32);

/** A granted Purchase as the module would send it, about 1.1 KB. */
export function purchaseBeacon(shop, checkoutToken, now) {
  const checkout = checkoutAnchor(shop, checkoutToken);
  return {
    v: 1, shop, sent_at: now, client: { version: "0.1.0", kind: "custom", settings: sha256("load") },
    consent: {
      decision: "granted", rule: "shopify_only", basis: "permission", evaluated_at: now - 1, gpc: false,
      shopify: { marketing: true, sale_of_data: true, analytics: true, preferences: true }, records: [],
    },
    checkout, cart: null,
    events: [{
      name: "Purchase", event_id: eventId(shop, "Purchase", checkout), event_time: now, checkout, browser: "fired",
      page: { url: "https://shop.example/checkouts/cn", referrer: "https://shop.example/cart" },
      user: {
        email: sha256(`${checkoutToken}@example.com`), external_id: sha256(checkoutToken), zip_code: sha256("95110"), city: "berlin",
        country: "de", ttclid: "E.C.P.v3fQ2Zc0", locale: "en-GB", user_agent: "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0",
      },
      properties: {
        currency: "EUR", value: 81.91, content_type: "product", num_items: 3, order_id: "6807581753559",
        contents: [
          { content_id: "40000001", content_name: "Sample mug", quantity: 2, price: 15.25 },
          { content_id: "40000002", content_name: "Sample shirt", quantity: 1, price: 51.41 },
        ],
      },
    }],
  };
}
