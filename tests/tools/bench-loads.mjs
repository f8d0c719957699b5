// Fresh loads of pixels in Chromium, in a bare page whose Shopify answers at once, so that only
// their own time is measured.
import { standInForShopify } from "./bench-page.mjs";
import { chromiumArgs, programOf } from "./browsers.mjs";
import { above, spread } from "./spread.mjs";

/** Only `hosts` are found: TikTok's script would be measured with ours. And the page, which is served
 *  from no network, may ask the loopback without a person's permission. `flags` are more of
 *  Chromium's. */
export async function startChromium(hosts, flags = []) {
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath: programOf("chromium"),
    args: [
      ...chromiumArgs(),
      `--host-resolver-rules=${["MAP * ~NOTFOUND", ...hosts.map((host) => `EXCLUDE ${host}`)].join()}`,
      "--disable-features=LocalNetworkAccessChecks",
      ...flags,
    ],
  });
}

const address = "https://shop.test/";
/** Isolated from other origins, a page has a clock of 5 µs instead of 100. */
const isolated = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "Cross-Origin-Resource-Policy": "cross-origin",
};
const empty = "<!doctype html><title>bench</title><script></script>";

/** Gives what `use` makes of a page in a context of its own: nothing compiled or cached is left
 *  over from the one before. */
export const inFreshPage = (browser, use) => inFresh(browser, empty, use);

/** The same of a frame in it that is sandboxed as Shopify's for a custom pixel. */
export const inFreshFrame = (browser, use) => {
  const frame = `<iframe sandbox="allow-scripts allow-forms" allow="cross-origin-isolated" src="${address}frame"></iframe>`;
  return inFresh(browser, empty + frame, (page) => use(page.frames()[1]));
};

async function inFresh(browser, body, use) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.route(`${address}**`, (route) =>
      route.fulfill({
        contentType: "text/html",
        headers: isolated,
        body: route.request().url() === address ? body : empty,
      }),
    );
    await page.goto(address);
    await page.unrouteAll(); // else every request of the module would wait for Playwright
    return await use(page);
  } finally {
    await context.close();
  }
}

/** One load. With `worker`, the names of globals that it is not to have, in one as an app pixel's.
 *  Gives what the stand-in gives, and `cpu`, milliseconds that the page's main thread worked. */
const load = (browser, { worker, tellsDevice = false, ...given }) =>
  inFreshPage(browser, async (page) => {
    const cpu = await processorTime(page);
    await page.evaluate(hold, { source: standInForShopify.toString(), given, worker });
    const before = await cpu();
    // The device only to who asks: handing over a kept module of 69 KB would count as the page's work.
    const figures = await page.evaluate(async (tellsDevice) => {
      const { device, ...rest } = await globalThis.bench();
      return tellsDevice ? { ...rest, device } : rest;
    }, tellsDevice);
    return { ...figures, cpu: (await cpu()) - before };
  });

/** Runs in the page: makes all ready, so that the measured call brings no text with it. */
function hold({ source, given, worker }) {
  const run = `(${source})(given)`;
  if (!worker) {
    const start = new Function("given", `return ${run}`);
    globalThis.bench = () => start(given);
    return;
  }
  const text = `${worker.map((name) => `delete globalThis.${name};`).join("")}
    onmessage = ({ data: given }) => ${run}.then(postMessage, (error) => setTimeout(() => { throw error; }));`;
  globalThis.bench = () => {
    const worker = new Worker(URL.createObjectURL(new Blob([text])));
    return new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
      worker.postMessage(given);
    }).finally(() => worker.terminate());
  };
}

async function processorTime(page) {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "TaskDuration").value * 1000;
  };
}

/**
 * Each of `pixels` (`{ code, … }`, as the stand-in takes them, by name) so many times, in turns, so
 * that a busy moment of the machine affects all alike. The one called "null pixel" must be among
 * them: what the page costs by itself is taken from the others.
 *
 * Gives by name, as spreads: `without` a possible grant `{ cpu, idle, requests }`, and `granted`
 * `{ ready, first, further, beacon, cpu }`, the last two for a view with one event that was there
 * from the start.
 */
export async function measureLoads(browser, pixels, { loads, events }) {
  const runs = Object.fromEntries(
    Object.keys(pixels).map((name) => [name, { without: [], granted: [], handed: [] }]),
  );
  for (let index = 0; index < loads; index++) {
    for (const [name, { events: most = events, grants = true, ...pixel }] of Object.entries(
      pixels,
    )) {
      const { without, granted, handed } = runs[name];
      without.push(await load(browser, { ...pixel, allowed: false }));
      if (!grants) continue;
      granted.push(await load(browser, { ...pixel, events: most }));
      handed.push(await load(browser, { ...pixel, handed: true }));
    }
  }
  const times = (all, what) => spread(all.map((one) => one[what]));
  const floor = times(runs["null pixel"].without, "cpu");
  return Object.fromEntries(
    Object.entries(runs).map(([name, { without, granted, handed }]) => [
      name,
      {
        without: {
          ...(!pixels[name].worker && { cpu: above(floor, times(without, "cpu")) }),
          idle: times(without, "idle"),
          requests: Math.max(...without.map(({ requests }) => requests.length)),
        },
        ...(granted.length > 0 && {
          granted: {
            ready: times(granted, "ready"),
            first: times(granted, "first"),
            further: spread(granted.map(({ further }) => spread(further).median)),
            beacon: times(handed, "beacon"),
            // A worker's time is not the page's.
            ...(!pixels[name].worker && { cpu: above(floor, times(handed, "cpu")) }),
          },
        }),
      },
    ]),
  );
}

/** What a first granted view leaves on the device, but for its cookie: then the next view writes
 *  that anew, by which the stand-in sees that it has begun. */
export async function deviceAfter(browser, pixel) {
  const { device } = await load(browser, { ...pixel, events: 1, tellsDevice: true });
  const { "assent.module": module } = device.storage;
  return { cookie: "", storage: module === undefined ? {} : { "assent.module": module } };
}

/** WebAssembly's memory after so many granted checkouts in one page, and whether they grew slower. */
export async function measureMemory(browser, pixel, events) {
  const { memory, further } = await load(browser, { ...pixel, events, watchMemory: true });
  return {
    events,
    bytes: memory,
    "first hundred": spread(further.slice(0, 100)),
    "last hundred": spread(further.slice(-100)),
  };
}
