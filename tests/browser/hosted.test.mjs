// js/dist/assent.js in the browser, both ways it gets there: served by the endpoint to a pasted
// loader, and bundled by a theme developer into a pixel of their own.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { install, pasted } from "../../js/test/package.mjs";
import { pixelCode, printSnippet, shop } from "../tools/world.mjs";
import {
  arrive,
  chromiumOnly,
  elsewhere,
  engine,
  eventually,
  leaks,
  shopper,
  world,
} from "./harness.mjs";

const both = (name) => [
  [name, "browser"],
  [name, "events_api"],
];
/** In WebKit the browser's copy is left out at the checkout: its frame's path cannot be cleaned
 *  there. */
const copiesAtCheckout = engine === "webkit" ? ["counted"] : ["counted", "merged"];
const settingsOf = (code) => JSON.parse(/^const ASSENT = (\{[\s\S]*?\n\});/.exec(code)[1]);

/** A world whose merchant has pasted the loader; `change` edits what they pasted. */
async function hosting(t, change = (code) => code) {
  const lab = await world(t);
  writeFileSync(lab.snippet, change(printSnippet(lab.config, "shopify", "--hosted")));
  return lab;
}

/** Accepts, adds to the cart and checks out on `page`, on which nothing was decided yet; gives the
 *  checkout's token. */
async function purchase(visitor, lab) {
  const page = await visitor.open("/products/moka-pot");
  await visitor.accept(page);
  await arrive(lab, [
    ["Pageview", "browser"],
    ["ViewContent", "browser"],
  ]);
  await page.click("#add");
  await arrive(lab, [["Pageview", "browser"], ["ViewContent", "browser"], ...both("AddToCart")]);
  const counted = (name) =>
    eventually(
      async () =>
        (await lab.counted()).find((one) => one.name === name)?.copies.length ===
        copiesAtCheckout.length,
      `all copies of ${name}`,
    );
  const wanted = { information: "InitiateCheckout", processing: "AddPaymentInfo" };
  const token = await visitor.checkOut(page, {
    between: (step) => wanted[step] && counted(wanted[step]),
  });
  await counted("Purchase");
  return token;
}

async function countedOnce(lab, token) {
  const id = lab
    .assent("event-id", "--shop", shop, "--event", "Purchase", "--checkout-token", token)
    .trim();
  const purchases = (await lab.counted()).filter(({ name }) => name === "Purchase");
  assert.deepEqual(
    purchases.map(({ pixel, event_id, copies }) => [
      pixel,
      event_id,
      copies.map(({ outcome }) => outcome),
    ]),
    [[pixelCode, id, copiesAtCheckout]],
  );
}

const kinds = (requests) =>
  new Set(
    requests
      .filter(({ method, path }) => method === "POST" && path === "/v1/events")
      .map(({ body }) => JSON.parse(body).client.kind),
  );
const modules = (requests) => requests.filter(({ path }) => path.startsWith("/v1/module-"));

test("a shop that pasted the loader has its purchase counted once; Chromium loads the module on every page view, others keep it", async (t) => {
  const lab = await hosting(t);
  const visitor = await shopper(t, lab);
  const answers = [];
  visitor.context?.on(
    "response",
    (response) => response.url().includes("/v1/module-") && answers.push(response.headers()),
  );
  await countedOnce(lab, await purchase(visitor, lab));
  const requests = await visitor.leave();
  assert.deepEqual([...kinds(requests)], ["custom"]);
  const views = requests.filter(({ path }) => path.startsWith("/web-pixels@")).length;
  assert.ok(views >= 5, `${views} page views`);
  // Chromium keeps nothing that a frame without an origin loads, whatever the answer allows
  // (docs/hosted.md).
  assert.equal(modules(requests).length, engine === "chromium" ? views : 1);
  for (const { headers } of modules(requests)) assert.match(headers["accept-encoding"], /\bbr\b/);
  if (engine === "chromium")
    assert.deepEqual(
      answers.map((headers) => headers["content-encoding"]),
      Array(views).fill("br"),
    );
});

test("without consent only the module is asked for: nothing goes with it, nothing is kept", async (t) => {
  const lab = await hosting(t);
  const visitor = await shopper(t, lab);
  const page = await visitor.open(
    "/products/moka-pot?ttclid=E.C.P.secret&email=anna%40example.com",
  );
  await visitor.hears(({ event }) => event === "product_viewed", "that it holds");
  await visitor.decline(page);
  await visitor.hears(
    ({ event, decision }) => event === "consent" && decision === "denied",
    "the denial",
  );
  await page.click("#add");
  await visitor.hears(({ event }) => event === "product_added_to_cart", "what became of the event");
  assert.deepEqual(await visitor.kept(page), { cookies: [], stored: [] });
  const outside = elsewhere(await visitor.leave(), lab);
  assert.deepEqual(outside, modules(outside));
  for (const { method, body, headers } of outside) {
    assert.deepEqual(
      [method, body, headers.cookie, headers.origin],
      ["GET", "", undefined, "null"],
    );
    assert.ok([undefined, `${lab.shopUrl}/`].includes(headers.referer), headers.referer);
  }
  assert.deepEqual(
    lab
      .written()
      .filter(({ bytes }) => bytes.includes("secret"))
      .map(({ name }) => name),
    [],
  );
});

for (const choice of ["accept", "decline"]) {
  test(`what the shopper chooses while the module is on its way is known when it comes: ${choice}`, {
    skip: chromiumOnly("the module is held up there"),
  }, async (t) => {
    const lab = await hosting(t);
    const visitor = await shopper(t, lab);
    let come;
    const onItsWay = new Promise((resolve) => (come = resolve));
    await visitor.context.route(/\/v1\/module-/, async (route) => {
      await onItsWay;
      await route.continue();
    });
    const page = await visitor.open("/products/moka-pot");
    await visitor.choose(page, choice);
    await page.click("#add");
    await page.waitForFunction(() => document.getElementById("cart-count").textContent === "1");
    come();
    await visitor.hears(
      ({ event }) => event === "product_added_to_cart",
      "what became of the event",
    );
    if (choice === "accept")
      await arrive(lab, [
        ["Pageview", "browser"],
        ["ViewContent", "browser"],
        ...both("AddToCart"),
      ]);
    else
      assert.deepEqual(
        [await visitor.kept(page), await lab.received()],
        [{ cookies: [], stored: [] }, []],
      );
  });
}

test("a loader printed by another release goes on working", async (t) => {
  const lab = await hosting(t, (code) =>
    code.replace(/module-[0-9a-f]{16}/, "module-0123456789abcdef"),
  );
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  await visitor.accept(page);
  await page.click("#add");
  await arrive(lab, [["Pageview", "browser"], ["ViewContent", "browser"], ...both("AddToCart")]);
  assert.ok(
    modules(await visitor.leave()).every(({ path }) => path === "/v1/module-0123456789abcdef.js"),
  );
});

/** What is wrong with the pasted loader, and what the one line then says. */
const failures = {
  "no module has that name": [
    (code) => code.replace(/module-[0-9a-f]{16}/, "module-old"),
    /module-old\.js did not load \(.+\)\. Open this address/,
  ],
  "nobody is there": [
    (code) => code.replace(/(ASSENT_MODULE = "https:\/\/events\.test):\d+/, "$1:1"),
    /events\.test:1\/v1\/module-.+ did not load \(.+\)\. Open this address/,
  ],
  "the settings are of no shop": [
    (code) => code.replace(/"cmp": "shopify"/, '"cmp": "nonesuch"'),
    /settings cannot be read/,
  ],
};

for (const [what, [change, says]] of Object.entries(failures)) {
  test(`${what}: nothing is sent, one warning says why, the shop goes on`, {
    skip: chromiumOnly("it has a console to read"),
  }, async (t) => {
    const lab = await hosting(t, change);
    const visitor = await shopper(t, lab);
    const page = await visitor.open("/products/moka-pot");
    await visitor.accept(page);
    await page.click("#add");
    await page.waitForFunction(() => document.getElementById("cart-count").textContent === "1");
    const warnings = () => visitor.browser.warnings.filter((line) => line.includes("[assent]"));
    await eventually(() => warnings().length > 0, "the warning");
    assert.deepEqual(await visitor.kept(page), { cookies: [], stored: [] });
    assert.deepEqual(await lab.received(), []);
    assert.deepEqual(
      leaks(await visitor.leave(), lab).filter(
        (line) => !line.includes("/v1/module-") && !line.startsWith("CONNECT"),
      ),
      [],
    );
    assert.equal(warnings().length, 1, warnings().join("\n"));
    assert.match(warnings()[0], /^\[assent\] nothing is sent: /);
    assert.match(warnings()[0], says);
    assert.deepEqual(visitor.browser.errors, []);
  });
}

test("a theme developer's own pixel, made from the npm package as its README says, has its purchase counted once", async (t) => {
  const lab = await world(t);
  const folder = mkdtempSync(path.join(tmpdir(), "assent-own-pixel-"));
  t.after(() => rmSync(folder, { recursive: true }));
  install(folder);
  writeFileSync(lab.snippet, pasted(folder, settingsOf(readFileSync(lab.snippet, "utf8"))));
  const visitor = await shopper(t, lab);
  await countedOnce(lab, await purchase(visitor, lab));
  const requests = await visitor.leave();
  assert.deepEqual([...kinds(requests)], ["npm"]);
  assert.deepEqual(modules(requests), []);
});
