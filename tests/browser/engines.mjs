// The three engines behind one face: a browser of one's own that opens pages, says what the module
// said on them, and gives in the end every request that it sent. Chromium's witness is its own
// network log; WebKit's and Firefox's is a proxy.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { chromiumArgs, engineCalled, programOf } from "../tools/browsers.mjs";
import { startBrowser } from "../tools/webdriver.mjs";
import { requestsIn, wireArgs } from "./wire.mjs";
import { Witness } from "./witness.mjs";

/** `chromium`, `firefox` or `webkit`. */
export const engine = engineCalled(process.env.ENGINE || "chromium");

export const browserIn = (name, world) =>
  (name === "chromium" ? Chromium : Steered).start(world, name);

/** The .test hosts and their certificate exist nowhere else; `npm start`'s *.localhost need no
 *  help. */
const foreignHosts = ["--ignore-certificate-errors", "--host-resolver-rules=MAP * 127.0.0.1"];

class Chromium {
  said = [];
  warnings = [];
  errors = [];

  static async start(world) {
    const folder = mkdtempSync(path.join(tmpdir(), "assent-shopper-"));
    const log = path.join(folder, "net.json");
    const browser = await chromium.launch({
      executablePath: programOf("chromium"),
      args: [...chromiumArgs(), ...(world.mode === "tls" ? foreignHosts : []), ...wireArgs(log)],
    });
    return new Chromium({ browser, context: await newContext(browser, world), log, folder, world });
  }

  constructor(parts) {
    Object.assign(this, parts);
    this.context.on("console", (message) => this.#hear(message));
    this.context.on("weberror", (error) => this.errors.push(error.error().message));
  }

  newPage() {
    return this.context.newPage();
  }

  /** Whatever the host. */
  async cookies() {
    return (await this.context.cookies()).map(({ name, value, domain }) => ({
      name,
      value,
      domain,
    }));
  }

  /** Nothing on the device yet, the same network log. */
  async another() {
    const { browser, log, folder, world } = this;
    return new Chromium({ browser, context: await newContext(browser, world), log, folder, world });
  }

  async leave() {
    await this.browser.close();
    return requestsIn(this.log);
  }

  async end() {
    await this.browser.close();
    rmSync(this.folder, { recursive: true, force: true });
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

const newContext = (browser, world) =>
  browser.newContext({ ignoreHTTPSErrors: world.mode === "tls" });

/** WebKit or Firefox, by WebDriver. It has no console: what the module says is what the lab's page
 *  kept for its panel, and errors that nobody caught are heard in Chromium only. */
class Steered {
  said = [];
  warnings = [];
  errors = [];

  static async start(world, name) {
    const made = new Steered({ name, witness: await Witness.start(world.addresses), browsers: [] });
    try {
      return await made.#withBrowser();
    } catch (error) {
      made.witness.stop();
      throw error;
    }
  }

  constructor(parts) {
    Object.assign(this, parts);
  }

  async #withBrowser() {
    this.browser = await startBrowser(this.name, { proxy: this.witness.address });
    this.browsers.push(this.browser);
    return this;
  }

  newPage() {
    return this.browser.newPage();
  }

  /** Those of the page's own host: WebDriver shows no others. */
  async cookies(page = this.browser.tabs[0]) {
    return (await page.cookies()).map(({ name, value, domain }) => ({ name, value, domain }));
  }

  /** A browser beside this one, before the same witness: WebDriver has no second device in one. */
  another() {
    const { name, witness, browsers } = this;
    return new Steered({ name, witness, browsers }).#withBrowser();
  }

  async listen() {
    const logs = await Promise.all(
      this.browser.tabs.map((tab) =>
        tab
          .evaluate(() => JSON.parse(sessionStorage.getItem("lab.decisions") ?? "[]"))
          .catch(() => []),
      ),
    );
    const lines = logs.flat().sort((one, other) => one.at - other.at);
    if (lines.length < this.said.length) return; // a tab between two pages shows nothing
    this.said = lines;
    this.warnings = lines
      .filter(({ level }) => level === "warn")
      .map(({ done }) => `[assent] ${done}`);
  }

  async leave() {
    for (const browser of this.browsers.splice(0)) await browser.close();
    return this.witness.requests;
  }

  async end() {
    await this.leave();
    this.witness.stop();
  }
}
