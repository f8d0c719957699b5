// What a text in the shop's localStorage costs every other pixel: Shopify copies all of it into each
// lax frame as the frame starts (docs/facts/shopify.md#messages), and the hosted form keeps its
// module there. Measured in the lab, whose page does the same, beside what a shop's other scripts keep there:
// a message of 20 KB already goes another way between two processes than an empty one.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startChromium } from "./bench-loads.mjs";
import { columns } from "./columns.mjs";
import { spread } from "./spread.mjs";
import { startWorld } from "./world.mjs";

/** KB that others keep in the shop's localStorage, by the kind of shop. */
const shops = { "nothing else": 0, "20 KB of others": 20 };
/** KB of the module as it is kept; and of one twice as large. */
export const module = 70;
const weights = [0, module, 130];
/** It takes half a second each, and varies as much as what is looked for. */
const rounds = 40;

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

/** Milliseconds of a frame's start, `rounds` times each in turns: `frames[shop][KB]`, and what each round took more
 *  with the module there, `costs[shop]`. */
async function measureIn(browser, world) {
  writeFileSync(world.snippet, pixel);
  const times = {};
  for (const shop of Object.keys(shops))
    times[shop] = Object.fromEntries(weights.map((weight) => [weight, []]));
  const context = await browser.newContext();
  try {
    await context.addInitScript(clock);
    const page = await context.newPage();
    await page.goto(world.shopUrl);
    // The first round warms up what every later page finds warm.
    for (let round = -1; round < rounds; round++)
      for (const [shop, others] of Object.entries(shops))
        for (const weight of weights) {
          const took = await startOf(page, { others, "assent.module": weight });
          if (round >= 0) times[shop][weight].push(took);
        }
  } finally {
    await context.close();
  }
  const of = (what) =>
    Object.fromEntries(Object.entries(times).map(([shop, all]) => [shop, what(all)]));
  return {
    frames: of((all) => weights.map((weight) => [weight, spread(all[weight])])),
    costs: of((all) => spread(all[module].map((took, round) => took - all[0][round]))),
  };
}

async function startOf(page, kept) {
  const texts = Object.entries(kept).map(([key, thousands]) => [key, textOf(thousands)]);
  await page.evaluate((texts) => {
    localStorage.clear();
    for (const [key, value] of texts) if (value !== "") localStorage.setItem(key, value);
  }, texts);
  await page.reload();
  return page.evaluate(() => globalThis.frameStart);
}

/** In a browser and a world of its own, which has another pixel than its own. */
export async function measureFrames() {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-frames-"));
  try {
    const world = await startWorld({ folder, mode: "plain", port: 0 });
    const browser = await startChromium([new URL(world.shopUrl).hostname]);
    try {
      return await measureIn(browser, world);
    } finally {
      await browser.close();
      await world.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const ms = ({ median, from, to }) => `${median.toFixed(1)} (${from.toFixed(1)}–${to.toFixed(1)})`;

/** What `bench` shows of it. */
export function framesTable({ frames, costs }) {
  return [
    `start of another pixel's frame in the lab, by what lies in the shop's localStorage (ms; ${rounds} each)`,
    ...columns([
      [
        "  of the module",
        ...weights.map((weight) => `${weight} KB`),
        `${module} KB cost each round`,
      ],
      ...Object.entries(frames).map(([shop, row]) => [
        `  ${shop}`,
        ...row.map(([, figure]) => ms(figure)),
        ms(costs[shop]),
      ]),
    ]),
  ].join("\n");
}
