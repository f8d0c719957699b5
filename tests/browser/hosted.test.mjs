// The hosted snippet: what it asks the endpoint for and when, what it keeps, and that nothing runs
// but the module whose hash was pasted. And js/dist/assent.js, bundled by a theme developer into a
// pixel of their own.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import { install, pasted } from "../../js/test/package.mjs";
import { pixelCode, printSnippet, shop } from "../tools/world.mjs";
import {
  arrive,
  assertSilence,
  chromiumOnly,
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

/** A world whose merchant has pasted the hosted form; `change` edits what they pasted. */
async function hosting(t, change = (code) => code) {
  const lab = await world(t);
  writeFileSync(lab.snippet, change(printSnippet(lab.config, "shopify", "--hosted")));
  return lab;
}

/** The module's hash, as the pasted text says it. */
const integrityOf = (lab) =>
  /^const ASSENT_MODULE = "(.*)";$/m.exec(readFileSync(lab.snippet, "utf8"))[1];

/** What is kept on the device under this name; undefined where there is nothing. */
const storedAs = async (visitor, page, name) =>
  new Map((await visitor.kept(page)).stored).get(name);

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

/** `assent.module` as the hosted form keeps it, of a file that is none of ours: were it run, it would
 *  say so. */
function impostor(integrity) {
  const code = Buffer.from('/**/console.warn("[assent] the impostor ran");/**/');
  const name = Buffer.from("assent");
  const custom = Buffer.concat([Buffer.from([name.length]), name, code]);
  const wasm = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0, custom.length]);
  return `${integrity} ${deflateSync(Buffer.concat([wasm, custom])).toString("base64")}`;
}

test("a shop that pasted the hosted form has its purchase counted once; the module is asked for once and then kept", async (t) => {
  const lab = await hosting(t);
  const visitor = await shopper(t, lab);
  const answers = [];
  visitor.context?.on(
    "response",
    (response) => response.url().includes("/v1/module-") && answers.push(response.headers()),
  );
  await countedOnce(lab, await purchase(visitor, lab));
  // The settings' hash and the release are those that `assent snippet` would print now.
  assert.deepEqual(JSON.parse(lab.assent("report", "--format", "json")).notes, []);
  const requests = await visitor.leave();
  assert.deepEqual([...kinds(requests)], ["custom"]);
  const views = requests.filter(({ path }) => path.startsWith("/web-pixels@")).length;
  assert.ok(views >= 5, `${views} page views`);
  assert.equal(modules(requests).length, 1);
  const [{ method, body, headers, path: asked }] = modules(requests);
  assert.equal(asked, `/v1/module-${integrityOf(lab).replaceAll("/", "_")}.wasm`);
  assert.deepEqual([method, body, headers.cookie, headers.origin], ["GET", "", undefined, "null"]);
  assert.ok([undefined, `${lab.shopUrl}/`].includes(headers.referer), headers.referer);
  assert.match(headers["accept-encoding"], /\bbr\b/);
  if (engine === "chromium")
    assert.deepEqual(
      answers.map((headers) => [headers["content-encoding"], headers["content-type"]]),
      [["br", "application/wasm"]],
    );
});

test("declined, or never asked: not one request leaves, not even for the module, and nothing is kept", async (t) => {
  const lab = await hosting(t);
  const visitor = await shopper(t, lab);
  const page = await visitor.open(
    "/products/moka-pot?ttclid=E.C.P.secret&email=anna%40example.com",
  );
  await visitor.go(page, "/products/stoneware-mug");
  await visitor.decline(page);
  await page.click("#add");
  await page.waitForFunction(() => document.getElementById("cart-count").textContent === "1");
  await visitor.checkOut(page);
  await assertSilence(lab, visitor, page);
});

test("what is kept is the pasted hash and the module, and a withdrawal takes it away", async (t) => {
  const lab = await hosting(t);
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  assert.equal(await storedAs(visitor, page, "assent.module"), undefined);
  await visitor.accept(page);
  const integrity = integrityOf(lab);
  const kept = await eventually(() => storedAs(visitor, page, "assent.module"), "the module");
  assert.match(kept, /^sha256-[A-Za-z0-9+/]{43}= [A-Za-z0-9+/]+=*$/);
  assert.ok(kept.startsWith(`${integrity} `), kept.slice(0, 60));
  await arrive(lab, [
    ["Pageview", "browser"],
    ["ViewContent", "browser"],
  ]);
  await visitor.decline(page);
  await eventually(async () => {
    const { cookies, stored } = await visitor.kept(page);
    const ours = [...cookies.map(({ name }) => name), ...stored.map(([name]) => name)];
    return !ours.some((name) => /^_?assent/.test(name));
  }, "that nothing of ours is left");
});

const another = "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="; // of the empty text (FIPS 180-4)

/** What lies in localStorage as `assent.module`, and the one line that the console then has. */
const foreign = {
  "a module of another release": [another, []],
  "another file under the pasted hash": [undefined, [/assent\.module has another hash/]],
};

for (const [what, [integrity, says]] of Object.entries(foreign)) {
  test(`${what} is never run: it is loaded anew, and replaced`, async (t) => {
    const lab = await hosting(t);
    const visitor = await shopper(t, lab);
    const page = await visitor.open("/products/moka-pot");
    const own = integrityOf(lab);
    const text = impostor(integrity ?? own);
    await page.evaluate((text) => localStorage.setItem("assent.module", text), text);
    await visitor.accept(page);
    await arrive(lab, [
      ["Pageview", "browser"],
      ["ViewContent", "browser"],
    ]);
    await eventually(async () => {
      const kept = await storedAs(visitor, page, "assent.module");
      return kept !== text && kept?.startsWith(`${own} `);
    }, "that the right one is kept");
    await visitor.listen();
    const warnings = visitor.browser.warnings.filter((line) => line.includes("[assent]"));
    assert.equal(warnings.length, says.length, warnings.join("\n"));
    for (const [index, pattern] of says.entries()) assert.match(warnings[index], pattern);
    assert.equal(modules(await visitor.leave()).length, 1);
  });
}

/** What stands before the pasted text, where an engine lacks what a kept module needs. */
const lacking = {
  "crypto.subtle": 'Object.defineProperty(crypto, "subtle", { value: undefined });',
  "Uint8Array.fromBase64": "delete Uint8Array.fromBase64;",
};

for (const [what, before] of Object.entries(lacking)) {
  test(`without ${what} nothing is kept, and each page view asks for the module, unless HTTP's cache has it`, async (t) => {
    const lab = await hosting(t, (code) => `${before}\n${code}`);
    const visitor = await shopper(t, lab);
    const page = await visitor.open("/products/moka-pot");
    await visitor.accept(page);
    const first = [
      ["Pageview", "browser"],
      ["ViewContent", "browser"],
    ];
    await arrive(lab, first);
    await visitor.go(page, "/products/stoneware-mug");
    await arrive(lab, [...first, ...first]);
    assert.equal(await storedAs(visitor, page, "assent.module"), undefined);
    // Chromium keeps nothing that a frame without an origin loads, whatever the answer allows
    // (docs/facts/engines.md#frames).
    assert.equal(modules(await visitor.leave()).length, engine === "chromium" ? 2 : 1);
  });
}

for (const choice of ["accept", "decline"]) {
  test(`what the shopper chooses while the module is on its way is known when it comes: ${choice}`, {
    skip: chromiumOnly("the module is held up there"),
  }, async (t) => {
    const lab = await hosting(t);
    const visitor = await shopper(t, lab);
    let come;
    const onItsWay = new Promise((resolve) => (come = resolve));
    let asked;
    const isAsked = new Promise((resolve) => (asked = resolve));
    await visitor.context.route(/\/v1\/module-/, async (route) => {
      asked();
      await onItsWay;
      await route.continue();
    });
    const page = await visitor.open("/products/moka-pot");
    await visitor.accept(page);
    await isAsked;
    if (choice === "decline") await visitor.decline(page);
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

test("a module that was changed on its way never runs", {
  skip: chromiumOnly("the answer is changed there"),
}, async (t) => {
  const lab = await hosting(t);
  const visitor = await shopper(t, lab);
  const file = Buffer.from(impostor("").trim(), "base64");
  await visitor.context.route(/\/v1\/module-/, (route) =>
    route.fulfill({
      headers: { "access-control-allow-origin": "*", "content-type": "application/wasm" },
      body: inflateSync(file),
    }),
  );
  const page = await visitor.open("/products/moka-pot");
  await visitor.accept(page);
  const warnings = () => visitor.browser.warnings.filter((line) => line.includes("[assent]"));
  await eventually(() => warnings().length > 0, "the warning");
  assert.match(warnings().join("\n"), /^\[assent\] nothing is sent: .+$/);
  assert.deepEqual(await visitor.kept(page), { cookies: [], stored: [] });
  assert.deepEqual(await lab.received(), []);
});

/** What is wrong with the pasted text, and what the one line then says. */
const failures = {
  "nobody is there": [
    (code) => code.replace(/("endpoint":"https:\/\/events\.test):\d+/, "$1:1"),
    /^\[assent\] nothing is sent: ./,
  ],
  "the endpoint has no module of that hash": [
    (code) => code.replace(/(ASSENT_MODULE = )"[^"]+"/, `$1"${another}"`),
    /^\[assent\] nothing is sent: ./,
  ],
  "the settings are of no shop": [
    (code) => code.replace(/"cmp":"shopify"/, '"cmp":"nonesuch"'),
    /settings cannot be read/,
  ],
};

for (const [what, [change, says]] of Object.entries(failures)) {
  test(`${what}: nothing is sent, one warning says why, the shop goes on`, {
    skip: chromiumOnly("it has a console to read"),
  }, async (t) => {
    const lab = await hosting(t, (code) => {
      const changed = change(code);
      assert.notEqual(changed, code, "the text has another form");
      return changed;
    });
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
