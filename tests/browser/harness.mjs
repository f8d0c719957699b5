// A shopper in Chromium: what they do, what the module says about it, and every byte that left their browser.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { findChromium, headlessArgs } from "../tools/chromium.mjs";
import { eventually } from "../tools/program.mjs";
import { startWorld } from "../tools/world.mjs";
import { requestsIn, wireArgs } from "./wire.mjs";

export { eventually };

/** A world of its own in a folder of its own, with TLS and the strict guard; both end with the test file. */
export async function world(t, options = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-browser-"));
  const made = await startWorld({ folder, mode: "tls", panel: true, ...options });
  t.after(async () => {
    const violations = await made.violations();
    await made.stop();
    rmSync(folder, { recursive: true });
    // Whatever a test looks at, no sender of ours may do what the stand-in calls a violation.
    assert.deepEqual(violations, []);
  });
  return made;
}

/** A new shopper: a browser of their own, since its network log is the witness. */
export async function shopper(t, world) {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-shopper-"));
  const log = path.join(folder, "net.json");
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: [...headlessArgs(), ...(world.mode === "tls" ? foreignHosts : []), ...wireArgs(log)],
  });
  const context = await browser.newContext({ ignoreHTTPSErrors: world.mode === "tls" });
  t.after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return new Shopper(world, browser, context, log);
}

/** The .test hosts and their certificate exist nowhere else; `npm start`'s *.localhost need no help. */
const foreignHosts = ["--ignore-certificate-errors", "--host-resolver-rules=MAP * 127.0.0.1"];
const consents = { accept: "#accept", decline: "#decline" };

export class Shopper {
  /** The module's debug lines on every page so far: `{ event, done, name?, event_id?, decision?, rule? }`. */
  said = [];
  warnings = [];
  errors = [];

  constructor(world, browser, context, log) {
    Object.assign(this, { world, browser, context, log });
    context.on("console", (message) => this.#hear(message));
    context.on("weberror", (error) => this.errors.push(error.error().message));
  }

  /** Someone else in the same browser: nothing on their device yet, the same network log. */
  async another() {
    const context = await this.browser.newContext({ ignoreHTTPSErrors: this.world.mode === "tls" });
    return new Shopper(this.world, this.browser, context, this.log);
  }

  /** Opens an address of the shop in a new tab, and waits until its pixels run, or the extension has to wait for consent. */
  async open(address = "/") {
    const page = await this.context.newPage();
    await page.goto(this.world.shopUrl + address);
    return this.running(page);
  }

  async go(page, address) {
    await page.goto(this.world.shopUrl + address);
    return this.running(page);
  }

  async running(page) {
    await page.waitForFunction(() => window.lab?.settings.pixels.every((kind) => {
      const status = kind === "custom" ? window.lab.pixelStatus : window.lab.extensionStatus;
      if (status?.startsWith("failed")) throw new Error(`the ${kind} pixel ${status}`);
      return status === "initialized" || (kind === "app" && status === "waiting for consent");
    }));
    return page;
  }

  accept = (page) => this.choose(page, "accept");
  decline = (page) => this.choose(page, "decline");

  /** Answers the banner; opens it first where it is closed. */
  async choose(page, answer) {
    const button = page.locator(consents[answer]);
    if (!(await button.isVisible())) await page.locator("#cookie-settings").click();
    await button.click();
    await button.waitFor({ state: "detached" });
  }

  async addToCart(page, handle = "moka-pot") {
    await this.go(page, `/products/${handle}`);
    await page.locator("#add").click();
  }

  /** From the cart to the thank-you page; `form` overrides fields. `between(step)` runs on each page before it is left, and
   *  (`processing`) while the payment is under way. Gives the checkout's token. */
  async checkOut(page, { form = {}, between = async () => {} } = {}) {
    await this.go(page, "/cart");
    await between("cart");
    await page.locator("#checkout").click();
    await page.waitForURL(/\/information/);
    await this.running(page);
    await between("information");
    for (const [name, value] of Object.entries(form)) await page.locator(`#information [name=${name}]`).fill(value);
    await page.locator("#information button").click();
    await page.waitForURL(/\/payment/);
    await this.running(page);
    await between("payment");
    await page.evaluate(() => { window.lab.processing = new Promise((resolve) => (window.lab.processed = resolve)); });
    await page.locator("#pay").click();
    await between("processing");
    await page.evaluate(() => window.lab.processed());
    await page.waitForURL(/\/thank-you/);
    await this.running(page);
    return /\/checkouts\/cn\/([0-9a-f]{32})\//.exec(page.url())[1];
  }

  /** Waits until the module has said something that fits. */
  async hears(fits, what) {
    return eventually(() => this.said.find(fits), () => `the module never said ${what}; it said:\n${this.said.map((line) => JSON.stringify(line)).join("\n")}`);
  }

  /** Everything on this device, whatever the host and whatever its name, but for what the lab's own shop keeps. */
  async kept(page) {
    const cookies = (await this.context.cookies()).map(({ name, value, domain }) => ({ name, value, domain }));
    const stored = await page.evaluate(() => [localStorage, sessionStorage].flatMap((storage) => Object.entries(storage)));
    const foreign = (name) => !/^lab[_.]/.test(name);
    return { cookies: cookies.filter(({ name }) => foreign(name)), stored: stored.filter(([name]) => foreign(name)) };
  }

  /** Ends the browser; every request it ever sent. */
  async leave() {
    await this.browser.close();
    return requestsIn(this.log);
  }

  async #hear(message) {
    const text = message.text();
    if (message.type() === "warning") this.warnings.push(text);
    if (!text.startsWith("[assent]")) return;
    const details = message.args()[1];
    // The page may be gone by now; its lines are then kept as text.
    const line = details ? await details.jsonValue().catch(() => null) : null;
    this.said.push(line ?? { text });
  }
}

/** Requests to any host but the shop's. */
export const elsewhere = (requests, world) => requests.filter(({ host }) => host !== new URL(world.shopUrl).hostname);
/** The same in a line each, for assertions. */
export const leaks = (requests, world) => elsewhere(requests, world).map(({ method, host, path }) => `${method} ${host}${path}`);

/** Events of the stand-in's requests, flat: `{ leg, name, event_id, outcome, body, request }`. */
export async function arrivals(world) {
  const received = await world.received();
  return received.flatMap((request) => request.events.map((event) => ({ ...event, leg: request.leg, body: JSON.parse(request.body), request })));
}

/** Waits until exactly these `[name, leg]` have arrived, in any order, and gives the arrivals; more is an error at once. */
export async function arrive(world, expected) {
  const key = (pairs) => pairs.map(([name, leg]) => `${name} ${leg}`).sort().join(", ");
  const now = async () => (await arrivals(world)).map(({ name, leg }) => [name, leg]);
  await eventually(async () => (await now()).length >= expected.length, async () => `expected ${key(expected)}; arrived ${key(await now())}\n${world.endpointLines.slice(-10).join("\n")}`);
  const all = await arrivals(world);
  assert.equal(key(all.map(({ name, leg }) => [name, leg])), key(expected));
  return all;
}

/** Fails if any of the values is in any of the texts; values are looked for as they are, percent-encoded and in base64,
 *  patterns as they are. */
export function assertAbsent(values, texts) {
  for (const [what, value] of Object.entries(values)) {
    if (value instanceof RegExp) {
      for (const { name, bytes } of texts) assert.ok(!value.test(bytes.toString("latin1")), `${what} is in ${name}`);
      continue;
    }
    const forms = new Set([value, encodeURIComponent(value), encodeURIComponent(value).replaceAll("%20", "+"), Buffer.from(value).toString("base64").replace(/=+$/, "")]);
    for (const { name, bytes } of texts) {
      for (const form of forms) assert.ok(!bytes.includes(form), `${what} is in ${name} as ${form}`);
    }
  }
}

export const texts = (requests) => requests.map(({ host, method, path, text }) => ({ name: `${method} ${host}${path}`, bytes: text }));
