// The pictures of docs/: made from the lab's pages and the endpoint's own, never by hand. A second run on the same
// machine changes nothing (of the dashboard: but for the days under its chart).
//   node tests/tools/pictures.mjs [form] [waiting] [dashboard]
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { at, bin, cargo, Fault, main } from "../../js/build/project.mjs";
import { browserIn } from "../browser/engines.mjs";
import { Shopper } from "../browser/harness.mjs";
import { chromiumArgs, programOf } from "./browsers.mjs";
import { onRig } from "./endpoint/rig.mjs";
import { live, orderNumber, secret } from "./endpoint/week.mjs";
import { Program } from "./program.mjs";
import { secrets, shop, startWorld } from "./world.mjs";

const most = 240 * 1024;
/** Of the dashboard's pages, in pixels. */
const tallest = 1180;

await main(async () => {
  mkdirSync(at("docs", "pictures"), { recursive: true });
  const parts = { form, waiting, dashboard };
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !(name in parts));
  if (unknown) throw new Fault(`${unknown}: there are ${Object.keys(parts).join(", ")}`);
  for (const [name, make] of Object.entries(parts))
    if (asked.length === 0 || asked.includes(name)) await make();
});

/** The dashboard of a shop with some hundred orders of a week. */
async function dashboard() {
  const [token, domain] = ["picture-admin-token-0123456789abcdef", "acme.myshopify.com"];
  const folder = mkdtempSync(path.join(tmpdir(), "assent-pictures-"));
  const on = (work) =>
    onRig(
      folder,
      {
        domains: [domain],
        top: 'admin_token_env = "ASSENT_PICTURES_ADMIN"',
        perShop: 'webhook_secret_envs = ["ASSENT_PICTURES_SECRET"]',
        secrets: { ASSENT_PICTURES_ADMIN: token, ASSENT_PICTURES_SECRET: secret },
      },
      work,
    );
  try {
    await on(async (rig) => {
      const out = path.join(folder, "pixel.js");
      const printed = ["snippet", "--shop", domain, "--hash", "--out", out, "--config", rig.config];
      const [, settings] = /settings (\w{64})/.exec(assent(...printed).stderr);
      await live(rig, { shop: domain, settings });
    });
    cargo("build", "--release", "--locked", "-p", "assent-seed");
    ran(bin("release", "assent-seed"), path.join(folder, "assent.db"), "1800", "days");
    await on(({ port }) => photograph(`http://127.0.0.1:${port}/admin`, token));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** In a light page of this size, where nothing moves. */
async function onPage(viewport, work) {
  const browser = await chromium.launch({
    executablePath: programOf("chromium"),
    args: chromiumArgs(),
  });
  try {
    await work(await browser.newPage({ viewport, colorScheme: "light", reducedMotion: "reduce" }));
  } finally {
    await browser.close();
  }
}

function photograph(admin, token) {
  return onPage({ width: 1200, height: 700 }, async (page) => {
    await page.goto(admin);
    await page.fill("#token", token);
    await Promise.all([page.waitForNavigation(), page.click("button")]);
    const pages = {
      home: "",
      orders: "/orders",
      order: `/story?of=${orderNumber}`,
      consent: "/consent",
      setup: "/setup",
    };
    for (const [name, where] of Object.entries(pages)) {
      await page.goto(admin + where);
      await page.evaluate(stillTimes);
      await shoot(page, `dashboard-${name}`, tallest);
    }
  });
}

/** In the page: its moments, which differ from run to run by seconds, become some of one morning, in their
 *  sequence; what is "some seconds ago" becomes "4 min ago". */
function stillTimes() {
  const moments = [...document.querySelectorAll("time")].map(({ dateTime }) => dateTime);
  const known = [...new Set(moments)].sort();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const text = walk.currentNode;
    const time = text.parentElement.closest("time");
    text.data = text.data.replace(/\b\d+ s ago/g, "4 min ago");
    if (time && /^\d{4}-/.test(text.data)) {
      const minute = String(known.indexOf(time.dateTime)).padStart(2, "0");
      text.data = `2026-11-30 09:${minute}:12`;
    }
  }
}

function assent(...args) {
  return ran(bin("release", "assent"), ...args);
}

function ran(program, ...args) {
  const done = spawnSync(program, args, { encoding: "utf8" });
  if (done.status !== 0) throw new Fault(`${program} ${args.join(" ")} failed:\n${done.stderr}`);
  return done;
}

/** Shopify's form, filled in. */
function form() {
  return onPage({ width: 720, height: 720 }, async (page) => {
    await page.goto(pathToFileURL(at("tests", "lab", "web", "admin", "custom-pixel.html")).href);
    await page.click("#add");
    await page.fill("#name", "Assent");
    await page.press("#name", "Enter");
    await page.getByLabel("Not required", { exact: true }).check();
    await page.getByLabel("Data collected qualifies as data sale", { exact: true }).check();
    await page.fill(
      "#code",
      "// the whole text that you were sent, and nothing of the sample code",
    );
    await page.click("#save");
    await shoot(page, "custom-pixel");
  });
}

/** What `check --wait` says while a shopper of the lab does what it asks for. */
async function waiting() {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-pictures-"));
  const world = await startWorld({ folder, mode: "plain", port: 0 });
  const browser = await browserIn("chromium", world);
  try {
    const options = ["check", "--wait", "--shop", shop, "--config", world.config];
    const check = new Program("assent check", bin("release", "assent"), options, { env: secrets });
    const shows = (words) => check.until(() => check.lines.some((line) => words.test(line)), words);
    await shows(/^Now open your shop/);
    const visitor = new Shopper(world, browser);
    const page = await visitor.open("/products/moka-pot");
    await visitor.accept(page);
    await page.click("#add");
    await shows(/AddToCart was taken/);
    await visitor.go(page, "/cart");
    await page.click("#checkout");
    await shows(/^First verified event/);
    const end = check.lines.findIndex((line) => /^First verified event/.test(line));
    terminal("check-wait", ["$ assent check --wait", ...check.lines.slice(0, end + 1)]);
    await check.ended;
  } finally {
    await browser.end();
    await world.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Lines as a terminal shows them: text, so that it can be read aloud and searched. */
function terminal(name, lines) {
  const [columns, high, size] = [92, 21, 14];
  const rows = lines.flatMap((line) => wrapped(line, columns));
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const text = rows.map(
    (row, n) => `<text x="16" y="${(n + 1) * high + 10}">${escaped(row)}</text>`,
  );
  const [width, height] = [columns * 8.45 + 32, rows.length * high + 28];
  const file = at("docs", "pictures", `${name}.svg`);
  writeFileSync(
    file,
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="${size}" fill="#222" xml:space="preserve"><rect width="100%" height="100%" rx="8" fill="#f6f6f4" stroke="#ccc"/>\n${text.join("\n")}\n</svg>\n`,
  );
  console.log(`${file}: ${rows.length} lines`);
}

function wrapped(line, columns) {
  const rows = [""];
  for (const word of line.split(" ")) {
    const last = rows[rows.length - 1];
    if (last && last.length + word.length >= columns) rows.push(word);
    else rows[rows.length - 1] = last ? `${last} ${word}` : word;
  }
  return rows;
}

/** `tallest`: of a longer page the beginning. */
async function shoot(page, name, tallest = Number.POSITIVE_INFINITY) {
  const file = at("docs", "pictures", `${name}.png`);
  const box = await page.locator("body").boundingBox();
  const clip = { ...box, height: Math.min(box.height, tallest) };
  await page.screenshot({
    path: file,
    fullPage: true,
    clip,
    animations: "disabled",
    caret: "hide",
  });
  const { size } = statSync(file);
  if (size > most) throw new Fault(`${file}: ${size} bytes are more than ${most}`);
  console.log(`${file}: ${size} bytes`);
}
