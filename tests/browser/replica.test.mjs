// Before anything is tested in it: the replica is what the reference says Shopify's sandbox is.
import assert from "node:assert/strict";
import test from "node:test";
import { shopper, world } from "./harness.mjs";

test("the replica keeps every assertion of its own table", async (t) => {
  const lab = await world(t);
  const visitor = await shopper(t, lab);
  const page = await visitor.context.newPage();
  await page.goto(`${lab.shopUrl}/lab/selfcheck`);
  const { ok, report } = await page.waitForFunction(() => window.lab?.selfcheckReport).then((handle) => handle.jsonValue());
  assert.deepEqual(report.filter((check) => !check.ok), []);
  assert.ok(ok && report.length >= 25, `${report.length} checks ran`);
});
