// Any of the browsers, steered by W3C WebDriver: the one way into WebKit and Firefox. A small
// client of our own: selenium-webdriver wants a newer Node than ours and brings 17 packages for
// what are a dozen requests here.
import { chromiumArgs, driverOf, programOf } from "./browsers.mjs";
import { eventually, freePorts, Program } from "./program.mjs";

/** Switches off every request that Firefox makes of its own, so that all that are seen are a
 *  page's. */
const quietFirefox = {
  "app.normandy.enabled": false,
  "app.update.disabledForTesting": true,
  "browser.safebrowsing.malware.enabled": false,
  "browser.safebrowsing.phishing.enabled": false,
  "browser.safebrowsing.downloads.enabled": false,
  "browser.safebrowsing.update.enabled": false,
  "browser.region.network.url": "",
  "browser.region.update.enabled": false,
  "browser.search.update": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "datareporting.healthreport.uploadEnabled": false,
  "toolkit.telemetry.server": "",
  "devtools.jsonview.enabled": false,
  "dom.push.connection.enabled": false,
  "extensions.update.enabled": false,
  "extensions.systemAddon.update.enabled": false,
  "media.gmp-manager.updateEnabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "network.dns.disablePrefetch": true,
  "network.trr.mode": 5,
  "services.settings.server": "data:,#none/v1",
};

const capabilities = {
  chromium: (proxy) => ({
    browserName: "chrome",
    "goog:chromeOptions": {
      binary: programOf("chromium"),
      args: [...chromiumArgs(), ...(proxy ? [`--proxy-server=http://${proxy}`] : [])],
    },
  }),
  firefox: (proxy) => ({
    browserName: "firefox",
    "moz:firefoxOptions": {
      binary: programOf("firefox"),
      args: ["-headless"],
      prefs: quietFirefox,
    },
    ...(proxy && { proxy: { proxyType: "manual", httpProxy: proxy, sslProxy: proxy } }),
  }),
  // By argument: with WebDriver's own `proxy` it would speak TLS to the proxy for https addresses.
  webkit: (proxy) => ({
    browserName: "MiniBrowser",
    "webkitgtk:browserOptions": {
      args: ["--automation", ...(proxy ? [`--proxy=http://${proxy}`] : [])],
    },
  }),
};

/** Milliseconds: half a minute, its default, is short for the soak. */
const timeouts = { script: 120_000 };

/** A browser of one's own, with nothing on its device. It accepts any certificate; `proxy` is
 *  "host:port", for every address. */
export async function startBrowser(engine, { proxy } = {}) {
  const programs = [];
  const end = async () => {
    for (const program of programs.reverse()) await program.stop();
  };
  try {
    // Without this, Firefox passes over `services.settings.server`.
    const env = { MOZ_REMOTE_SETTINGS_DEVTOOLS: "1" };
    if (engine === "webkit") {
      const display = await startDisplay();
      programs.push(display);
      env.DISPLAY = display.name;
    }
    const [port] = await freePorts([0]);
    const driver = new Program(`${engine}'s driver`, driverOf(engine), [`--port=${port}`], { env });
    programs.push(driver);
    const address = `http://127.0.0.1:${port}`;
    await driver.until(
      () =>
        command(address, "GET", "/status").then(
          ({ ready }) => ready,
          () => false,
        ),
      "ready",
    );
    const { sessionId } = await command(address, "POST", "/session", {
      capabilities: {
        alwaysMatch: { acceptInsecureCerts: true, timeouts, ...capabilities[engine](proxy) },
      },
    });
    return new Browser(`${address}/session/${sessionId}`, end);
  } catch (error) {
    await end();
    throw error;
  }
}

/** A screen that nobody sees: WebKit's browser has no headless mode. */
export async function startDisplay() {
  const display = new Program("Xvfb", programOf("Xvfb"), [
    "-displayfd",
    "1",
    "-screen",
    "0",
    "1280x1024x24",
    "-nolisten",
    "tcp",
  ]);
  display.name = `:${await display.until(() => display.lines.find((line) => /^\d+$/.test(line)), "on a display")}`;
  return display;
}

async function command(session, method, path, body) {
  const answer = await fetch(session + path, {
    method,
    headers: { "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  const { value } = await answer.json();
  if (!answer.ok)
    throw Object.assign(new Error(`${method} ${path}: ${value.error}: ${value.message}`), {
      code: value.error,
    });
  return value;
}

export class Browser {
  tabs = [];
  #current;
  #queue = Promise.resolve();

  constructor(session, end) {
    Object.assign(this, { session, end });
  }

  async newPage() {
    const handle = await this.#inTurn(() =>
      this.tabs.length === 0
        ? this.#ask("GET", "/window")
        : this.#ask("POST", "/window/new", { type: "tab" }).then((made) => made.handle),
    );
    const tab = new Tab((method, path, body) => this.#inTab(handle, method, path, body));
    this.tabs.push(tab);
    return tab;
  }

  async close() {
    this.tabs = [];
    try {
      await this.#inTurn(() => this.#ask("DELETE", ""));
    } finally {
      await this.end();
    }
  }

  #ask = (method, path, body) => command(this.session, method, path, body);

  /** A session is in one tab at a time: whoever asks, asks alone. */
  #inTurn(ask) {
    const asked = this.#queue.then(ask);
    this.#queue = asked.catch(() => {});
    return asked;
  }

  #inTab(handle, method, path, body) {
    return this.#inTurn(async () => {
      if (this.#current !== handle) await this.#ask("POST", "/window", { handle });
      this.#current = handle;
      return this.#ask(method, path, body);
    });
  }
}

/** The name that a reference to an element has (WebDriver, 12.1). */
const elementKey = "element-6066-11e4-a52e-4f735466cecf";

/** The part of playwright's Page that the tests use: what is written with these runs in every
 *  engine. */
export class Tab {
  #ask;

  constructor(ask) {
    this.#ask = ask;
  }

  goto = (url) => this.#ask("POST", "/url", { url });
  reload = () => this.#ask("POST", "/refresh", {});
  url = () => this.evaluate(() => location.href);
  /** All cookies of the page's own host. */
  cookies = () => this.#ask("GET", "/cookie");

  /** What the function gives in the page, or the value that its promise comes to. */
  async evaluate(work, argument = null) {
    const script = `const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${work})(arguments[0])).then((value) => done({ value }), (error) => done({ error: String((error && error.stack) || error) }));`;
    const { value, error } = await this.#ask("POST", "/execute/async", {
      script,
      args: [argument],
    });
    if (error) throw new Error(`in the page: ${error}`);
    return value;
  }

  waitForFunction(work, argument) {
    // Between two pages there is no document, and asking fails.
    return eventually(
      () => this.evaluate(work, argument).catch(() => null),
      () => `${work}`,
    );
  }

  waitForURL(pattern) {
    return eventually(
      async () => pattern.test(await this.url().catch(() => "")),
      async () => `an address like ${pattern}; it is ${await this.url()}`,
    );
  }

  isVisible = (selector) =>
    this.evaluate((wanted) => Boolean(document.querySelector(wanted)?.checkVisibility()), selector);
  innerText = (selector) => this.#with(selector, (element) => this.#ask("GET", `${element}/text`));
  click = (selector) =>
    this.#with(selector, (element) => this.#ask("POST", `${element}/click`, {}));

  async fill(selector, text) {
    await this.#with(selector, (element) => this.#ask("POST", `${element}/clear`, {}));
    await this.#with(selector, (element) => this.#ask("POST", `${element}/value`, { text }));
  }

  /** Waits until there is such an element, and it can be acted on; away from the page's edges,
   *  where a banner may lie. */
  async #with(selector, act) {
    let why;
    const attempt = async () => {
      try {
        const found = await this.#ask("POST", "/element", {
          using: "css selector",
          value: selector,
        });
        await this.#ask("POST", "/execute/sync", {
          script: "arguments[0].scrollIntoView({ block: 'center' })",
          args: [found],
        });
        return { done: await act(`/element/${found[elementKey]}`) };
      } catch (error) {
        if (!early.has(error.code)) throw error;
        why = error;
      }
    };
    return (await eventually(attempt, () => `${selector}: ${why.message}`)).done;
  }
}

/** Errors of a page that is still being drawn. Nothing was done in it yet, so trying again is
 *  safe. */
const early = new Set([
  "no such element",
  "stale element reference",
  "element not interactable",
  "element click intercepted",
]);
