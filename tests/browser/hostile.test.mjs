// The pixel where other code has changed the language in its frame, whole and hosted, in a real engine
// and behind Shopify's guard: nothing leaves without permission; with it an event leaves as it is, once,
// or not at all, and the next page is as if nothing had been. The scripts are js/test/hostile.mjs's.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import test from "node:test";
import { harmless, hostile } from "../../js/test/hostile.mjs";
import { printSnippet, shop } from "../tools/world.mjs";
import { arrivals, eventually, shopper, world } from "./harness.mjs";

/** By these the lab's own script of the frame stops. */
const beyond = ["Promise is another", "promises never settle"];
const scripts = Object.entries(hostile).filter(([what]) => !beyond.includes(what));

/** Runs in the frame behind the pixel, which has then heard whatever this has heard. */
const companion = `
analytics.subscribe("product_added_to_cart", function (event) { browser.localStorage.setItem("lab.heard", event.id); });`;

/** Opens a product's page whose pixel's code this is, tells it of an addition to the cart, and gives
 *  Shopify's id of that once the frame has heard it. */
async function visit(lab, page, code) {
  writeFileSync(lab.snippet, code + companion);
  await page.goto(`${lab.shopUrl}/products/moka-pot`);
  await page.waitForFunction(() => window.lab?.pixelStatus === "initialized");
  const id = await page.evaluate(
    () =>
      window.lab.publish("product_added_to_cart", window.lab.example("product_added_to_cart")).id,
  );
  await page.waitForFunction((id) => localStorage.getItem("lab.heard") === id, id);
  return id;
}

const carts = async (lab) => (await arrivals(lab)).filter(({ name }) => name === "AddToCart");

for (const [form, flags] of Object.entries({ pasted: [], hosted: ["--hosted"] }))
  test(`${form}, whatever was done to the language before it runs`, async (t) => {
    const lab = await world(t, { panel: false });
    const text = printSnippet(lab.config, "shopify", ...flags);
    const visitor = await shopper(t, lab);
    const page = await visitor.browser.newPage();
    const eventId = (id) =>
      lab.assent("event-id", "--shop", shop, "--event", "AddToCart", "--event-id", id).trim();
    const arrive = async (id) =>
      eventually(
        async () => (await carts(lab)).filter(({ event_id }) => event_id === id).length === 2,
        `both copies of ${id}`,
      );

    for (const [, script] of scripts) await visit(lab, page, `${script}\n${text}`);
    const held = eventId(await visit(lab, page, text));
    assert.deepEqual(await lab.received(), [], "nothing leaves without permission");
    assert.deepEqual(await visitor.kept(page), { cookies: [], stored: [] });
    await visitor.accept(page);
    await arrive(held);
    const told = [held];
    for (const [what, script] of [...scripts, ["nothing was changed", ""]]) {
      const id = eventId(await visit(lab, page, `${script}\n${text}`));
      told.push(id);
      // Pages end, so what is to arrive is waited for.
      if (harmless.includes(what) || script === "") await arrive(id);
    }
    const copies = (await carts(lab)).map(({ leg, event_id }) => `${leg} ${event_id}`);
    assert.deepEqual(copies, [...new Set(copies)], "each copy comes once");
    assert.deepEqual(
      copies.filter((copy) => !told.includes(copy.split(" ")[1])),
      [],
      "what arrives is what was told with permission",
    );
    // The stand-in for TikTok's script, where the clock is none.
    const errors = visitor.browser.errors.filter((error) => error !== "Invalid time value");
    assert.deepEqual(errors, []);
  });
