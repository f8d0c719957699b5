// What `npm start` shows, in a browser without flags, certificates or a changed resolver: plain
// http on *.localhost.
import assert from "node:assert/strict";
import test from "node:test";
import { shopWith } from "../tools/world.mjs";
import { shutOut } from "./accessible.mjs";
import { arrive, eventually, leaks, shopper, world } from "./harness.mjs";

test("an ordinary browser shops, and the page shows what left", async (t) => {
  const lab = await world(t, { mode: "plain", port: 0 });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  await visitor.hears(({ event }) => event === "product_viewed", "that it holds");
  await eventually(
    async () => /held in memory/i.test(await page.locator("#panel-events").innerText()),
    "the panel saying that it is held",
  );
  assert.match(
    await page.locator("#panel").innerText(),
    /May it leave\? Not yet: waits for Shopify's permission/,
  );
  assert.deepEqual(await lab.received(), []);
  await visitor.accept(page);
  await page.locator("#add").click();
  await arrive(lab, [
    ["Pageview", "browser"],
    ["ViewContent", "browser"],
    ["AddToCart", "browser"],
    ["AddToCart", "events_api"],
  ]);
  const panel = page.locator("#panel");
  // Which of the two copies is the first is nobody's promise.
  const both =
    /AddToCart[\s\S]*counts 1[\s\S]*(Browser pixel\s+counted[\s\S]*Events API\s+merged|Events API\s+counted[\s\S]*Browser pixel\s+merged)/;
  await eventually(
    async () => both.test(await panel.innerText()),
    async () => `the panel showing both copies; it shows ${await panel.innerText()}`,
  );
  const hosts = new Set(leaks(await visitor.leave(), lab).map((line) => line.split(/[ /]/)[1]));
  assert.deepEqual([...hosts].sort(), ["events.localhost", "tiktok.localhost"]);
});

test("who asks for consent is chosen on the page, which then shows its record and what the module made of it", async (t) => {
  const lab = await world(t, { mode: "plain", port: 0, settings: ["shopify", "onetrust"] });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  const panel = page.locator("#panel");
  const shows = (words) =>
    eventually(
      async () => words.test(await panel.innerText()),
      async () => `the panel showing ${words}; it shows ${await panel.innerText()}`,
    );
  await visitor.accept(page);
  await arrive(lab, [
    ["Pageview", "browser"],
    ["ViewContent", "browser"],
  ]);

  // Another tool is another shop's setting: it begins with an empty device and an empty panel.
  await page.locator("#panel-change > summary").click();
  await page.locator("#cmp").selectOption("onetrust");
  await page.waitForFunction(
    () => window.lab?.settings.cmp === "onetrust" && window.lab.pixelStatus === "initialized",
  );
  assert.equal(await page.evaluate(() => window.Shopify.shop), shopWith("onetrust"));
  await shows(/May it leave\?\s+Not yet/);
  assert.deepEqual(await lab.received(), []);
  await visitor.accept(page);
  await arrive(lab, [
    ["Pageview", "browser"],
    ["ViewContent", "browser"],
  ]);
  await shows(/May it leave\?\s+Yes[\s\S]*onetrust OptanonConsent: granted/);
  await page.locator("#panel-kept summary").click();
  await shows(/OptanonConsent cookie[\s\S]*C0004%3A1[\s\S]*OptanonAlertBoxClosed cookie/);
  await visitor.decline(page);
  await shows(/May it leave\?\s+No[\s\S]*onetrust OptanonConsent: denied/);

  // As after a restart of the lab: the denial of a tool that is no longer there must not stand in
  // the way.
  await lab.shopSettings({});
  await visitor.go(page, "/products/tea-tin");
  await visitor.accept(page);
  await shows(/May it leave\?\s+Yes/);
});

test("the pixel is chosen on the page: the app extension instead of the custom pixel, or both", async (t) => {
  const lab = await world(t, { mode: "plain", port: 0 });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  await page.locator("#panel-change > summary").click();
  await page.selectOption("#pixels", "app");
  await page.waitForFunction(() => window.lab?.extensionStatus === "waiting for consent");
  await visitor.accept(page);
  await page.click("#add");
  await arrive(lab, [["AddToCart", "events_api"]]);
  await page.locator("#panel-change > summary").click();
  await page.selectOption("#pixels", "custom+app");
  await page.waitForFunction(
    () => window.lab?.extensionStatus === "initialized" && window.lab.pixelStatus === "initialized",
  );
  await arrive(lab, [
    ["AddToCart", "events_api"],
    ["Pageview", "browser"],
    ["ViewContent", "browser"],
  ]);
});

test("what a newcomer is asked to do is done for him, and ticked by what happened", async (t) => {
  const lab = await world(t, { mode: "plain", port: 0, webhooks: 200 });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/");
  const outcome = page.locator("#panel-outcome");
  const does = async (name, words) => {
    await page.locator(`#try-${name} button`).click();
    await eventually(
      async () => words.test(await outcome.innerText()),
      async () => `the panel saying ${words}; it says ${await outcome.innerText()}`,
      60,
    );
    await page.locator(`#try-${name}.done`).waitFor({ timeout: 60_000 });
  };
  await does("accept", /one Purchase, .* browser \+ server, counted once/);
  await does("close", /one Purchase, .* server, recovered from the order, counted once/);
  await does("decline", /not reported, because there is no yes/);
  assert.deepEqual(await lab.received(), []);
});

test("the panel shows what went to the endpoint, and leaves the reader where he is", async (t) => {
  const lab = await world(t, { mode: "plain", port: 0 });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  await visitor.accept(page);
  await page.locator("#add").click();
  const beacon = page.locator("#panel-events summary", { hasText: "beacon" });
  await beacon.click();
  await page
    .locator("#panel-events pre", { hasText: '"shop": "assent-lab.myshopify.com"' })
    .waitFor();
  // News is drawn around what is open.
  await visitor.decline(page);
  const withdrawal = page.locator("#panel-events summary", { hasText: "withdrawal" });
  await withdrawal.filter({ hasText: "202" }).waitFor();
  const state = await page.evaluate(() => [
    document.querySelectorAll("#panel-events details[open]").length,
    document.activeElement?.tagName,
  ]);
  assert.deepEqual(state, [1, "MAIN"], "the banner's own answer moves the keyboard, nothing else");
  await page.keyboard.press("Tab");
  await beacon.focus();
  await page.evaluate(() =>
    window.lab.publish("search_submitted", { searchResult: { query: "x" } }),
  );
  await eventually(
    async () => /Search/.test(await page.locator("#panel-events").innerText()),
    "the panel showing the search",
  );
  assert.match(await page.evaluate(() => document.activeElement?.innerText ?? ""), /beacon/);
});

test("the shop and its panel shut nobody out, on any screen, in light and in dark", async (t) => {
  const lab = await world(t, { mode: "plain", port: 0, webhooks: 200 });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/");
  const found = await shutOut(page, "home, with the banner");
  await visitor.accept(page);
  await visitor.addToCart(page);
  found.push(...(await shutOut(page, "product")));
  await visitor.checkOut(page);
  await page.setViewportSize({ width: 320, height: 800 });
  await page.click("#panel-toggle");
  for (const summary of await page.locator("#panel details:not([open]) > summary").all())
    if (await summary.isVisible()) await summary.click();
  found.push(...(await shutOut(page, "thanks, with all of the panel open")));
  assert.deepEqual(found, []);
  // Escape closes the drawer, and the keyboard is where it was opened.
  await page.setViewportSize({ width: 320, height: 800 });
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#panel-body").isVisible(), false);
  assert.equal(await page.evaluate(() => document.activeElement.id), "panel-toggle");
});
