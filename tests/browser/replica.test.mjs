// Before anything is tested in it: the replica is what docs/facts/shopify.md#assertions-of-the-replica says that
// Shopify's sandbox is.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { chromiumOnly, elsewhere, eventually, shopper, world } from "./harness.mjs";

test("the replica keeps every assertion of its own table", async (t) => {
  const lab = await world(t);
  const visitor = await shopper(t, lab);
  const page = await visitor.browser.newPage();
  await page.goto(`${lab.shopUrl}/lab/selfcheck`);
  await page.waitForFunction(() => window.lab?.selfcheckReport);
  const { ok, report } = await page.evaluate(() => window.lab.selfcheckReport);
  assert.deepEqual(report.filter((check) => !check.ok), []);
  for (const sandbox of ["lax", "strict"]) {
    const ran = report.filter((check) => check.sandbox === sandbox).length;
    assert.ok(ok && ran >= 60, `${ran} checks of the ${sandbox} sandbox ran`);
  }
});

test("the witness sees what a pixel sends, even from a page that is going away", async (t) => {
  const lab = await world(t);
  const echo = (what) => `${lab.addresses.tiktok_url}/lab/echo/leak/${what}`;
  const leak = (what) => `fetch("${echo(what)}", { method: "POST", body: "secret", keepalive: true, mode: "no-cors" });`;
  writeFileSync(lab.snippet, `${leak("early")} new Image().src = "${echo("image.gif")}?secret"; addEventListener("pagehide", () => { ${leak("late")} });`);
  const visitor = await shopper(t, lab);
  const page = await visitor.open();
  const echoed = (what) => page.evaluate(async (url) => (await (await fetch(url)).json()).map(({ what }) => what), `${lab.addresses.tiktok_url}/lab/echoed/leak`).then((all) => all.includes(what));
  // Only what is keepalive outlives the page; an image is given up with it.
  await eventually(() => echoed("image.gif"), "the image's request");
  await page.goto(`${lab.shopUrl}/lab/state`); // no shop's page: no pixel
  await eventually(() => echoed("late"), "the request of the page that is gone");
  const seen = elsewhere(await visitor.leave(), lab);
  for (const what of ["early", "late", "image.gif?secret"]) assert.ok(seen.some(({ path }) => path.endsWith(`/leak/${what}`)), what);
});

/** An app pixel that tells the console all it is told. */
const teller = `shopify.extend("WebPixel::Render", (api) => {
  const tell = (event, told) => console.info("[assent] teller", { event, ...told });
  tell("init", { customer: api.init.data.customer });
  api.analytics.subscribe("all_standard_events", ({ name, id, data }) => tell(name, { id, data }));
  api.customerPrivacy.subscribe("visitorConsentCollected", ({ customerPrivacy }) => tell("consent", customerPrivacy));
});`;

async function worldOfTeller(t) {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-teller-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const extension = path.join(folder, "teller.js");
  writeFileSync(extension, teller);
  return world(t, { pixels: ["app"], extension });
}

test("an app pixel is not even fetched before consent, hears of the page's earlier events then, and is gone from the page after a withdrawal", { skip: chromiumOnly("a worker's console is heard there alone") }, async (t) => {
  const lab = await worldOfTeller(t);
  const visitor = await shopper(t, lab);
  const fetched = [];
  visitor.context.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  const strict = () => fetched.filter((name) => name.startsWith("/web-pixels"));
  const page = await visitor.open("/products/moka-pot");
  const id = await page.evaluate(() => window.lab.publish("search_submitted", window.lab.example("search_submitted")).id);
  assert.equal(await page.evaluate(() => window.lab.extensionStatus), "waiting for consent");
  assert.deepEqual(strict(), []);

  await visitor.accept(page);
  const searched = await visitor.hears(({ event }) => event === "search_submitted", "the search");
  assert.equal(searched.id, id);
  const names = visitor.said.map(({ event }) => event).filter((event) => !["init", "consent"].includes(event));
  assert.deepEqual(names, ["page_viewed", "product_viewed", "search_submitted"]);
  await visitor.hears(({ event, saleOfDataAllowed }) => event === "consent" && saleOfDataAllowed, "the yes");
  assert.equal(strict().length, 2, strict().join("\n"));

  await visitor.decline(page);
  await visitor.hears(({ event, saleOfDataAllowed }) => event === "consent" && saleOfDataAllowed === false, "the no");
  await visitor.go(page, "/products/tea-tin");
  assert.equal(await page.evaluate(() => window.lab.extensionStatus), "waiting for consent");
});

test("an app pixel sees null where a scope is missing, in the same structure, and all of it with every scope", { skip: chromiumOnly("a worker's console is heard there alone") }, async (t) => {
  const lab = await worldOfTeller(t);
  const customer = { id: "7", email: "anna@example.com", phone: "+4930901820", firstName: "Anna", lastName: "Beispiel", ordersCount: 2 };
  const checkout = async (scopes) => {
    await lab.shopSettings({ region: "open", customer, ...(scopes && { scopes }) });
    const visitor = await shopper(t, lab);
    const page = await visitor.open("/products/moka-pot");
    await page.click("#add");
    await visitor.checkOut(page);
    const { data } = await visitor.hears(({ event }) => event === "checkout_completed", "the purchase");
    return { customer: visitor.said.find(({ event }) => event === "init").customer, ...data.checkout };
  };
  const whole = await checkout();
  assert.deepEqual(whole.customer, customer);
  assert.ok(whole.email && whole.phone && whole.shippingAddress.lastName && whole.shippingAddress.countryCode);

  const mailOnly = await checkout(["email"]);
  assert.deepEqual(mailOnly.customer, { ...customer, phone: null, firstName: null, lastName: null });
  assert.equal(mailOnly.email, whole.email);
  assert.deepEqual([mailOnly.phone, new Set(Object.values(mailOnly.shippingAddress))], [null, new Set([null])]);
  const missing = ["customer", "email", "phone", "shippingAddress", "billingAddress"];
  const rest = (seen) => Object.keys(seen).filter((name) => !missing.includes(name)).sort();
  assert.deepEqual(rest(mailOnly), rest(whole));
  assert.deepEqual(mailOnly.localization, whole.localization);
});
