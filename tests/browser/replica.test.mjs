// Before anything is tested in it: the replica is what the reference says Shopify's sandbox is.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import test from "node:test";
import { elsewhere, eventually, shopper, world } from "./harness.mjs";

test("the replica keeps every assertion of its own table", async (t) => {
  const lab = await world(t);
  const visitor = await shopper(t, lab);
  const page = await visitor.context.newPage();
  await page.goto(`${lab.shopUrl}/lab/selfcheck`);
  const { ok, report } = await page.waitForFunction(() => window.lab?.selfcheckReport).then((handle) => handle.jsonValue());
  assert.deepEqual(report.filter((check) => !check.ok), []);
  assert.ok(ok && report.length >= 25, `${report.length} checks ran`);
});

test("the witness sees what a pixel sends, even from a page that is going away", async (t) => {
  const lab = await world(t);
  const leak = (what) => `fetch("${lab.addresses.tiktok_url}/lab/echo/leak/${what}", { method: "POST", body: "secret", keepalive: true, mode: "no-cors" });`;
  writeFileSync(lab.snippet, `${leak("early")} new Image().src = "${lab.endpointUrl}/image?secret"; addEventListener("pagehide", () => { ${leak("late")} });`);
  const visitor = await shopper(t, lab);
  // Only what is keepalive outlives the page; an image is given up with it, so its answer is awaited.
  const image = visitor.context.waitForEvent("response", (response) => response.url().endsWith("/image?secret"));
  const page = await visitor.open();
  await image;
  await page.goto(`${lab.shopUrl}/lab/state`); // no shop's page: no pixel
  const echoed = () => page.evaluate(async (url) => (await (await fetch(url)).json()).map(({ what }) => what), `${lab.addresses.tiktok_url}/lab/echoed/leak`);
  await eventually(async () => (await echoed()).includes("late"), "the request of the page that is gone");
  const seen = elsewhere(await visitor.leave(), lab);
  for (const path of ["/lab/echo/leak/early", "/lab/echo/leak/late", "/image?secret"]) assert.ok(seen.some((request) => request.path === path), path);
});
