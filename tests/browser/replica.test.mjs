// Before anything is tested in it: the replica is what the reference says Shopify's sandbox is.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import test from "node:test";
import { elsewhere, eventually, shopper, world } from "./harness.mjs";

test("the replica keeps every assertion of its own table", async (t) => {
  const lab = await world(t);
  const visitor = await shopper(t, lab);
  const page = await visitor.browser.newPage();
  await page.goto(`${lab.shopUrl}/lab/selfcheck`);
  await page.waitForFunction(() => window.lab?.selfcheckReport);
  const { ok, report } = await page.evaluate(() => window.lab.selfcheckReport);
  assert.deepEqual(report.filter((check) => !check.ok), []);
  assert.ok(ok && report.length >= 25, `${report.length} checks ran`);
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
