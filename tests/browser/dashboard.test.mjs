// The dashboard as a person uses it: by keyboard, on a small screen, in both colour schemes, and while things
// happen. axe (over the browser that is here already) finds what a machine can find of what shuts people out;
// that focus stays where it is while rows change it would not, so that is looked at beside it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import test from "node:test";
import { shop } from "../tools/world.mjs";
import { shutOut } from "./accessible.mjs";
import { chromiumOnly, eventually, shopper, world } from "./harness.mjs";

const token = "lab-admin-token-0123456789abcdef";
const skip = chromiumOnly("pages of plain HTML, whose markup and focus are the same everywhere");
const pages = ["", "/orders", "/live", "/consent", "/setup", "/none-such"];

/** A world with a dashboard, and a page of a browser that has not signed in. */
async function dashboard(t) {
  process.env.ASSENT_ADMIN_TOKEN = token;
  const top = 'admin_token_env = "ASSENT_ADMIN_TOKEN"';
  const lab = await world(t, { mode: "plain", port: 0, top });
  const visitor = await shopper(t, lab);
  return { lab, admin: `${lab.endpointUrl}/admin`, page: await visitor.browser.newPage() };
}

async function signIn(page, admin) {
  await page.goto(admin);
  // The field has the focus by itself, once the page is drawn: what is typed before goes nowhere.
  await page.waitForFunction(() => document.activeElement?.name === "token");
  await page.keyboard.type(token);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal(await page.locator("h1").innerText(), "Home");
}

const sha = (text) => createHash("sha256").update(text).digest("hex");

/** The id that both sides make of these parts: each preceded by its length. */
function idOf(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(Buffer.byteLength(part));
    hash.update(length).update(part);
  }
  return hash.digest("hex").slice(0, 32);
}

/** A beacon with one event, as a page of the shop sends it. */
async function addToCart(lab, n) {
  const at = Math.floor(Date.now() / 1000);
  const event = {
    name: "AddToCart",
    event_id: idOf("assent/1", shop, "AddToCart", `sh-${n}`),
    event_time: at,
    shopify_event_id: `sh-${n}`,
    browser: "skipped",
    page: { url: `${lab.shopUrl}/products/moka-pot` },
    user: { external_id: sha("visitor"), user_agent: "Mozilla/5.0 (test)" },
    properties: {
      currency: "EUR",
      value: 15.25,
      content_type: "product",
      contents: [{ content_id: "1", quantity: 1 }],
    },
  };
  const signals = { marketing: true, sale_of_data: true, analytics: true, preferences: true };
  const consent = {
    decision: "granted",
    rule: "shopify_only",
    basis: "permission",
    evaluated_at: at,
    gpc: false,
    shopify: signals,
    records: [],
  };
  const client = { version: "0.1.0", kind: "custom", settings: null };
  const body = {
    v: 1,
    shop,
    sent_at: at,
    client,
    consent,
    checkout: null,
    cart: null,
    events: [event],
  };
  const answer = await fetch(`http://127.0.0.1:${lab.endpointPort}/v1/events`, {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 202, await answer.text());
  return `e${event.event_id}`;
}

test("by keyboard alone one signs in, walks through the pages and signs out", {
  skip,
}, async (t) => {
  const { admin, page } = await dashboard(t);
  await signIn(page, admin);
  const reached = [];
  for (let n = 0; n < 40; n += 1) {
    await page.keyboard.press("Tab");
    const name = await page.evaluate(() => {
      const here = document.activeElement;
      const shown = getComputedStyle(here);
      const visible = shown.outlineStyle !== "none" && Number.parseFloat(shown.outlineWidth) >= 2;
      return `${visible ? "" : "unseen "}${here.textContent.trim() || here.id}`;
    });
    reached.push(name);
    if (name.endsWith("Sign out")) break;
  }
  for (const name of [
    "To the content",
    "Assent",
    "Home",
    "Orders",
    "Live",
    "Consent",
    "Setup",
    "Sign out",
  ]) {
    assert.ok(reached.includes(name), `${name}, visibly focused, among ${reached}`);
  }
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.match(await page.locator("main").innerText(), /You are signed out/);
  await page.goto(`${admin}/orders`);
  assert.match(await page.locator("main").innerText(), /Admin token/);
});

test("no page shuts anybody out, on any screen, in light and in dark", { skip }, async (t) => {
  const { lab, admin, page } = await dashboard(t);
  await page.goto(admin);
  const found = [];
  const look = async (name) => found.push(...(await shutOut(page, name)));
  await look("the login");
  await signIn(page, admin);
  const key = await addToCart(lab, 1);
  for (const path of [...pages, `/story?of=${key.slice(1)}`]) {
    await page.goto(admin + path);
    await look(path || "home");
  }
  assert.deepEqual(found, []);
});

test("what happens appears by itself, and a row that changes keeps the focus", {
  skip,
}, async (t) => {
  const { lab, admin, page } = await dashboard(t);
  await signIn(page, admin);
  await page.goto(`${admin}/live`);
  await eventually(
    async () => (await page.locator("#connection").innerText()) === "Live.",
    "the page being live",
  );
  // TikTok fails for a while, so that what comes waits.
  await lab.fault({ kind: "bad_gateway" });
  const key = await addToCart(lab, 1);
  await page.waitForSelector(`#${key}`);
  const state = () => page.locator(`#${key} [data-label=State]`).innerText();
  await page.focus(`#${key} a`);
  const focused = () => page.evaluate(() => document.activeElement.closest("tr")?.id);
  assert.equal(await focused(), key);
  // Others come above it while it is looked at.
  await page.evaluate(() => {
    window.removed = 0;
    new MutationObserver((changes) => {
      for (const { removedNodes } of changes) window.removed += removedNodes.length;
    }).observe(document.querySelector("#lines"), { childList: true });
  });
  const other = await addToCart(lab, 2);
  await page.waitForSelector(`#${other}`);
  assert.equal(await focused(), key);
  await lab.clearFaults();
  await eventually(async () => /delivered/.test(await state()), state);
  assert.equal(await focused(), key, "the focus is where it was");
  assert.equal(await page.evaluate(() => window.removed), 0, "no row was taken out");
  assert.match(await page.locator("#said").innerText(), /^AddToCart: . server/);

  // Nothing moves while it is paused; then all is there.
  await page.click("#pause");
  const third = await addToCart(lab, 3);
  await eventually(
    async () => /changes wait/.test(await page.locator("#connection").innerText()),
    "the page saying that something waits",
  );
  assert.equal(await page.locator(`#${third}`).count(), 0);
  await page.click("#pause");
  await page.waitForSelector(`#${third}`);
});
