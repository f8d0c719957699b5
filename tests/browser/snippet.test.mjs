// The pasted text itself: what Shopify can store, and what it does when something in the browser
// fails.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { pasteLimit } from "../../js/build/snippet.mjs";
import { printSnippet, shop } from "../tools/world.mjs";
import { arrivals, arrive, eventually, leaks, shopper, world } from "./harness.mjs";

test("the snippet can be pasted: within the limit, plain ASCII, a function body, nothing that ends a script", async (t) => {
  const lab = await world(t);
  const text = printSnippet(lab.config);
  assert.ok(
    Buffer.byteLength(text) <= pasteLimit,
    `${Buffer.byteLength(text)} bytes, ${pasteLimit} may be stored`,
  );
  assert.match(text, /^[\x20-\x7e\n]*$/);
  assert.doesNotMatch(text, /<\/script|<!--/i);
  assert.doesNotThrow(() => new Function("analytics", "browser", "init", "api", text));
  assert.ok(!text.includes("lab-access-token"), "no secret in it");
});

/** What stands before the snippet, and why it then cannot run. */
const failures = {
  "the module does not compile":
    "WebAssembly.Module = function () { throw new WebAssembly.CompileError('refused by a policy'); };",
  "WebAssembly is missing": "delete self.WebAssembly;",
  "DecompressionStream is missing": "delete self.DecompressionStream;",
  "the module's bytes are damaged":
    "var compile = WebAssembly.Module; WebAssembly.Module = function (bytes) { return new compile(bytes.slice(0, 5000)); };",
};

for (const [what, before] of Object.entries(failures)) {
  test(`${what}: nothing is sent, one warning says why, the shop goes on`, async (t) => {
    const lab = await world(t);
    writeFileSync(lab.snippet, `${before}\n${readFileSync(lab.snippet, "utf8")}`);
    const visitor = await shopper(t, lab);
    const page = await visitor.open("/products/moka-pot");
    await visitor.accept(page);
    await page.click("#add");
    const warnings = () => visitor.browser.warnings.filter((line) => line.includes("[assent]"));
    await page.waitForFunction(() => document.getElementById("cart-count").textContent === "1");
    await eventually(async () => {
      await visitor.listen();
      return warnings().length > 0;
    }, "the warning");
    assert.deepEqual(await visitor.kept(page), { cookies: [], stored: [] });
    assert.deepEqual(leaks(await visitor.leave(), lab), []);
    assert.equal(warnings().length, 1, warnings().join("\n"));
    assert.match(warnings()[0], /nothing is sent: ./);
    assert.deepEqual(visitor.browser.errors, []);
  });
}

/** Comes before the snippet: whoever subscribes first hears these, none of them an event. */
const nonsense = `var bus = analytics; analytics = { subscribe: function (name, heard) {
  var trap = { get name() { throw new Error("a getter that throws"); } };
  [null, undefined, 5, "checkout_completed", [], {}, { name: 5 }, { name: "checkout_completed" }, trap,
    { name: "checkout_completed", timestamp: "yesterday" }, { name: "page_viewed", timestamp: {} }, function () {}].forEach(heard);
  return bus.subscribe(name, heard);
} };`;

test("what is no event is refused with a reason, odd payloads throw nothing, and what follows is reported", async (t) => {
  const lab = await world(t);
  writeFileSync(lab.snippet, `${nonsense}\n${readFileSync(lab.snippet, "utf8")}`);
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  await visitor.accept(page);
  await page.evaluate(() => {
    const odd = [
      null,
      5,
      "x",
      [],
      {},
      { checkout: 5 },
      { checkout: { token: {}, totalPrice: { amount: "NaN" }, lineItems: "none" } },
      { cartLine: [] },
    ];
    for (const data of odd)
      for (const name of ["checkout_started", "product_added_to_cart", "search_submitted"])
        window.lab.publish(name, data);
  });
  await page.click("#add");
  const last = await page.evaluate(
    () =>
      window.lab.publish("product_added_to_cart", window.lab.example("product_added_to_cart")).id,
  );
  const id = lab
    .assent("event-id", "--shop", shop, "--event", "AddToCart", "--event-id", last)
    .trim();
  await eventually(
    async () => (await arrivals(lab)).filter(({ event_id }) => event_id === id).length === 2,
    "the last event in both legs",
  );
  const refused = (await visitor.listen()).filter(({ event }) => event === "refused");
  // All but the one whose getter throws: it is not even told.
  assert.equal(refused.length, 11, JSON.stringify(refused));
  assert.ok(refused.every(({ done }) => /^the event has no /.test(done)));
  assert.deepEqual(
    [visitor.browser.errors, visitor.browser.warnings.filter((line) => line.includes("[assent]"))],
    [
      [],
      [
        "[assent] a signal cannot be read, and counts as undecided: Error",
        "[assent] an event cannot be read, and is left out: Error",
      ],
    ],
  );
});

test("a guard that throws at once does not stop the browser's leg", async (t) => {
  const lab = await world(t);
  // An endpoint on the shop's own host: Shopify's fetch throws synchronously. `assent` refuses to
  // configure it.
  writeFileSync(
    lab.snippet,
    readFileSync(lab.snippet, "utf8").replaceAll(lab.endpointUrl, lab.shopUrl),
  );
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  await visitor.accept(page);
  await page.click("#add");
  await arrive(lab, [
    ["Pageview", "browser"],
    ["ViewContent", "browser"],
    ["AddToCart", "browser"],
  ]);
  assert.deepEqual(visitor.browser.errors, []);
});
