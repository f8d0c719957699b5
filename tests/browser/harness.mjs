// A shopper, in whichever engine: what they do, what the module says about it, and every byte that
// left their browser.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Fault } from "../../js/build/project.mjs";
import { eventually } from "../tools/program.mjs";
import { startWorld } from "../tools/world.mjs";
import { browserIn, engine } from "./engines.mjs";

export { engine, eventually };

/** A world of its own in a folder of its own, with TLS and the strict guard; both end with the test
 *  file. */
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

/** A new shopper: a browser of their own, whose every request is witnessed; in the engine under
 *  test. */
export async function shopper(t, world) {
  const browser = await browserIn(engine, world);
  t.after(() => browser.end());
  return new Shopper(world, browser);
}

/** For a test's `skip`: what other engines cannot do, and why. */
export const chromiumOnly = (why) => engine !== "chromium" && `in Chromium only: ${why}`;

/** How an event of a checkout's page reaches TikTok. WebKit keeps the path of a sandboxed frame's
 *  address: where that holds the checkout's token, TikTok's script must not see it, and the
 *  server's copy goes alone. */
export const checkoutLegs = engine === "webkit" ? ["events_api"] : ["browser", "events_api"];

const consents = { accept: "#accept", decline: "#decline" };

/** What a person does, in any engine. A page is playwright's in Chromium; elsewhere it has the part
 *  of it that tools/webdriver.mjs names. */
export class Shopper {
  constructor(world, browser) {
    Object.assign(this, { world, browser });
  }

  /** The module's debug lines heard so far: `{ event, done, name?, event_id?, decision?, rule? }`.
   *  Only in Chromium do they come by themselves; a test for every engine asks with `listen`. */
  get said() {
    return this.browser.said;
  }

  /** The same, up to now. */
  async listen() {
    await this.browser.listen?.();
    return this.said;
  }

  /** Playwright's, in Chromium: for tests that only it can run. */
  get context() {
    return this.browser.context;
  }

  /** Someone else: nothing on their device yet, the same witness (in Chromium the same browser). */
  async another() {
    return new Shopper(this.world, await this.browser.another());
  }

  /** Opens an address of the shop in a new tab, and waits until its pixels run, or the extension
   *  has to wait for consent. */
  async open(address = "/") {
    return this.go(await this.browser.newPage(), address);
  }

  async go(page, address) {
    await page.goto(this.world.shopUrl + address);
    return this.running(page);
  }

  async running(page) {
    await page.waitForFunction(() =>
      window.lab?.settings.pixels.every((kind) => {
        const status = kind === "custom" ? window.lab.pixelStatus : window.lab.extensionStatus;
        if (status?.startsWith("failed")) throw new Error(`the ${kind} pixel ${status}`);
        return status === "initialized" || (kind === "app" && status === "waiting for consent");
      }),
    );
    return page;
  }

  accept = (page) => this.choose(page, "accept");
  decline = (page) => this.choose(page, "decline");

  /** Answers the banner; opens it first where it is closed. */
  async choose(page, answer) {
    const button = consents[answer];
    if (!(await page.isVisible(button))) await page.click("#cookie-settings");
    await page.click(button);
    await page.waitForFunction((selector) => !document.querySelector(selector), button);
  }

  async addToCart(page, handle = "moka-pot") {
    await this.go(page, `/products/${handle}`);
    await page.click("#add");
  }

  /** From the cart to the thank-you page; `form` overrides fields. `between(step)` runs on each
   *  page before it is left, and (`processing`) while the payment is under way. Gives the
   *  checkout's token. */
  async checkOut(page, { form = {}, between = async () => {} } = {}) {
    await this.go(page, "/cart");
    await between("cart");
    await page.click("#checkout");
    await page.waitForURL(/\/information/);
    await this.running(page);
    await between("information");
    for (const [name, value] of Object.entries(form))
      await page.fill(`#information [name=${name}]`, value);
    await page.click("#information button");
    await page.waitForURL(/\/payment/);
    await this.running(page);
    await between("payment");
    await page.evaluate(() => {
      window.lab.processing = new Promise((resolve) => (window.lab.processed = resolve));
    });
    await page.click("#pay");
    await between("processing");
    await page.evaluate(() => window.lab.processed());
    await page.waitForURL(/\/thank-you/);
    await this.running(page);
    return /\/checkouts\/cn\/([0-9a-f]{32})\//.exec(await page.url())[1];
  }

  /** Waits until the module has said something that fits. */
  async hears(fits, what) {
    return eventually(
      async () => (await this.listen()).find(fits),
      () =>
        `the module never said ${what}; it said:\n${this.said.map((line) => JSON.stringify(line)).join("\n")}`,
    );
  }

  /** Everything on this device, whatever its name, but for what the lab's own shop keeps. */
  async kept(page) {
    const cookies = await this.browser.cookies(page);
    const stored = await page.evaluate(() =>
      [localStorage, sessionStorage].flatMap((storage) => Object.entries(storage)),
    );
    const foreign = (name) => !/^lab[_.]/.test(name);
    return {
      cookies: cookies.filter(({ name }) => foreign(name)),
      stored: stored.filter(([name]) => foreign(name)),
    };
  }

  /** Ends the browser; every request it ever sent. */
  leave() {
    return this.browser.leave();
  }
}

/** Requests to any host but the shop's. */
export const elsewhere = (requests, world) =>
  requests.filter(({ host }) => host !== new URL(world.shopUrl).hostname);
/** The same in a line each, for assertions. */
export const leaks = (requests, world) =>
  elsewhere(requests, world).map(({ method, host, path }) => `${method} ${host}${path}`);

/** Events of the stand-in's requests, flat: `{ leg, name, event_id, outcome, body, request }`. */
export async function arrivals(world) {
  const received = await world.received();
  return received.flatMap((request) =>
    request.events.map((event) => ({
      ...event,
      leg: request.leg,
      body: JSON.parse(request.body),
      request,
    })),
  );
}

/** Waits until exactly these `[name, leg]` have arrived, in any order, and gives the arrivals; more
 *  is an error at once. */
export async function arrive(world, expected) {
  const key = (pairs) =>
    pairs
      .map(([name, leg]) => `${name} ${leg}`)
      .sort()
      .join(", ");
  const now = async () => (await arrivals(world)).map(({ name, leg }) => [name, leg]);
  await eventually(
    async () => (await now()).length >= expected.length,
    async () =>
      `expected ${key(expected)}; arrived ${key(await now())}\n${world.endpointLines.slice(-10).join("\n")}`,
  );
  const all = await arrivals(world);
  assert.equal(key(all.map(({ name, leg }) => [name, leg])), key(expected));
  return all;
}

/** Fails if any of the values is in any of the texts; values are looked for as they are,
 *  percent-encoded and in base64, patterns as they are. */
export function assertAbsent(values, texts) {
  for (const [what, value] of Object.entries(values)) {
    if (value instanceof RegExp) {
      for (const { name, bytes } of texts)
        assert.ok(!value.test(bytes.toString("latin1")), `${what} is in ${name}`);
      continue;
    }
    const forms = new Set([
      value,
      encodeURIComponent(value),
      encodeURIComponent(value).replaceAll("%20", "+"),
      Buffer.from(value).toString("base64").replace(/=+$/, ""),
    ]);
    for (const { name, bytes } of texts) {
      for (const form of forms)
        assert.ok(!bytes.includes(form), `${what} is in ${name} as ${form}`);
    }
  }
}

export const texts = (requests) =>
  requests.map(({ host, method, path, text }) => ({
    name: `${method} ${host}${path}`,
    bytes: text,
  }));

/** What became of an event; null while the server does not know it. */
export function state(lab, id) {
  try {
    return JSON.parse(lab.assent("why", id, "--json")).state;
  } catch (error) {
    if (error instanceof Fault) return null;
    throw error;
  }
}

/** Not one request to any host but the shop's as the witness saw them, nothing on the device,
 *  nothing at either far end. */
export async function assertSilence(lab, visitor, page) {
  assert.deepEqual(await visitor.kept(page), { cookies: [], stored: [] });
  const requests = await visitor.leave();
  assert.ok(
    requests.some(({ path }) => path.includes("/thank-you")),
    "the witness saw the shop's own pages",
  );
  assert.deepEqual(leaks(requests, lab), []);
  assert.deepEqual(await lab.received(), []);
  assert.doesNotMatch(lab.assent("report", "--format", "csv"), /Purchase|AddToCart/);
}
