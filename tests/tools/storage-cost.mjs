// What a text in the shop's localStorage costs every other pixel: Shopify copies all of it into each
// lax frame as the frame starts (docs/facts/shopify.md#messages), and the hosted form keeps its
// module there. Measured in the lab, whose page does the same.
import { writeFileSync } from "node:fs";
import { spread } from "./spread.mjs";

/** Bytes of base64 that lie there, in thousands. */
const weights = [0, 20, 60, 80, 130, 180];

/** The pixel of the measurement: it tells the page that it runs. */
const pixel = 'parent.postMessage("bench: the pixel runs", "*");';

/** Runs in the page before its own scripts: from the frame's word that it is ready, upon which the
 *  page reads localStorage and posts it, until the pixel's first line has been heard of. */
function clock() {
  if (self !== top) return;
  globalThis.frameStart = new Promise((resolve) => {
    let began;
    addEventListener("message", ({ data }) => {
      if (data === "remote-ui::ready") began ??= performance.now();
      if (data === "bench: the pixel runs") resolve(performance.now() - began);
    });
  });
}

/** Text as a compressed module has it, in base64: nothing in it repeats. */
function textOf(thousands) {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let seed = 11;
  return Array.from({ length: thousands * 1000 }, () => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return digits[seed >>> 26];
  }).join("");
}

/** `{ "60": spread of milliseconds, … }` of a frame's start, each `loads` times in turns. Leaves
 *  the world with another pixel than its own. */
export async function measureStorage(browser, world, loads) {
  writeFileSync(world.snippet, pixel);
  const context = await browser.newContext();
  const times = Object.fromEntries(weights.map((weight) => [weight, []]));
  try {
    await context.addInitScript(clock);
    const page = await context.newPage();
    await page.goto(world.shopUrl);
    for (let index = -1; index < loads; index++) {
      for (const weight of weights) {
        await page.evaluate(
          ([key, value]) =>
            value === "" ? localStorage.removeItem(key) : localStorage.setItem(key, value),
          ["assent.module", textOf(weight)],
        );
        await page.reload();
        const took = await page.evaluate(() => globalThis.frameStart);
        // The first round warms up what every later page finds warm.
        if (index >= 0) times[weight].push(took);
      }
    }
  } finally {
    await context.close();
  }
  return Object.fromEntries(Object.entries(times).map(([weight, all]) => [weight, spread(all)]));
}
