// A world to run in: the lab, and the endpoint beside it, wired to each other in one folder. `npm
// start` shows it to a person; the browser tests and the bench drive it.
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import http from "node:http";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import { at, bin, Fault } from "../../js/build/project.mjs";
import { freePorts, Program } from "./program.mjs";

export const shop = "assent-lab.myshopify.com";
/** Every consent tool the lab's page can run, besides Shopify's banner. */
export const cmps = [
  "onetrust",
  "cookiebot",
  "usercentrics",
  "didomi",
  "consentmo",
  "pandectes",
  "iubenda",
  "cookieyes",
  "tcf",
  "bridge",
];
/** The shop whose `cmp` setting this is. The module's setting must name the tool, so each has a
 *  shop of its own. */
export const shopWith = (cmp) => (cmp === "shopify" ? shop : shop.replace(".", `-${cmp}.`));
export const pixelCode = "C4LABLABLABLABLABLAB";
export const accessToken = "lab-access-token";
const tokenVariable = "ASSENT_LAB_TIKTOK_TOKEN";
const webhookSecret = "lab-shopify-secret";
const webhookVariable = "ASSENT_LAB_SHOPIFY_SECRET";
const builtExtension = at("extension", "dist", "assent-extension.js");
export const secrets = { [tokenVariable]: accessToken, [webhookVariable]: webhookSecret };

/** Starts everything and gives a `World` that answers. `say(name, line)` gets what the programs
 *  print; `mode` is the lab's; `panel` shows the lab's panel and the module's debug lines in tls
 *  mode too; `settings` are the `cmp` settings for which there is a shop; `pixels` of "custom" and
 *  "app" are what runs there, and `extensionFields` what the app has set beside the defaults. With
 *  `webhooks`, milliseconds from a payment on, the shop tells the endpoint of its orders, and a
 *  Purchase waits for its own. */
export async function startWorld({
  folder,
  mode,
  panel = false,
  port,
  endpointPort = 0,
  settings = ["shopify"],
  extra = "",
  top = "",
  pixels = ["custom"],
  extension = builtExtension,
  extensionFields = {},
  webhooks = null,
  say = () => {},
}) {
  if (pixels.includes("app") && !existsSync(extension))
    throw new Fault(`There is no ${extension}; run: npm run build`);
  mkdirSync(folder, { recursive: true });
  const ready = path.join(folder, "ready.json");
  const snippet = path.join(folder, "snippet.js");
  const fields = path.join(folder, "extension.json");
  rmSync(ready, { force: true });
  const [listens] = await freePorts([endpointPort]);
  const toEndpoint = `${mode === "tls" ? "https" : "http"}://127.0.0.1:${listens}/v1/webhooks/shopify`;
  const lab = new Program(
    "assent-lab",
    bin("release", "assent-lab"),
    [
      "--mode",
      mode,
      "--snippet",
      snippet,
      "--extension",
      extension,
      "--extension-settings",
      fields,
      "--token",
      accessToken,
      "--pixel",
      pixelCode,
      "--shop-domain",
      shop,
      "--cert-dir",
      folder,
      "--ready-file",
      ready,
      ...(port === undefined ? [] : ["--port", String(port)]),
      ...(panel ? ["--panel"] : []),
      ...(webhooks === null
        ? []
        : [
            "--webhook-url",
            toEndpoint,
            "--webhook-secret",
            webhookSecret,
            "--webhook-delay",
            String(webhooks),
          ]),
    ],
    { onLine: (line) => say("lab", line) },
  );
  try {
    await lab.until(() => existsSync(ready), "ready");
    const world = new World({
      folder,
      mode,
      snippet,
      pixels,
      lab,
      addresses: JSON.parse(readFileSync(ready, "utf8")),
      say,
    });
    world.endpointPort = listens;
    world.config = writeConfig({
      folder,
      listen: `127.0.0.1:${world.endpointPort}`,
      publicUrl: world.endpointUrl,
      storefronts: [new URL(world.shopUrl).hostname],
      tls: mode === "tls" && { cert: world.addresses.cert_file, key: world.addresses.key_file },
      tiktok: {
        apiBase: world.addresses.events_api_url,
        pixelScript: world.addresses.pixel_script_url,
      },
      debug: panel || mode === "plain",
      settings,
      webhooks: webhooks !== null,
      extra,
      top,
    });
    for (const cmp of settings) {
      writeFileSync(variantOf(snippet, cmp), printSnippet(world.config, cmp));
      writeFileSync(
        variantOf(fields, cmp),
        JSON.stringify({ ...extensionSettings(world, cmp), ...extensionFields }),
      );
    }
    await world.startEndpoint();
    await world.shopSettings({});
    return world;
  } catch (error) {
    await lab.kill();
    throw error;
  }
}

/** A running world. */
export class World {
  constructor({ folder, mode, snippet, pixels, lab, addresses, say }) {
    Object.assign(this, { folder, mode, snippet, pixels, lab, addresses, say });
    this.endpointLines = [];
    this.logLevel = process.env.ASSENT_LOG ?? (mode === "tls" ? "debug" : "info");
  }

  get shopUrl() {
    return this.addresses.shop_url;
  }

  get endpointUrl() {
    return this.mode === "tls"
      ? `https://events.test:${this.endpointPort}`
      : `http://events.localhost:${this.endpointPort}`;
  }

  /** Also after it was stopped or killed: the store is the same. */
  async startEndpoint() {
    this.endpoint = new Program(
      "assent serve",
      bin("release", "assent"),
      ["serve", "--config", this.config],
      {
        // Also the most detailed log that a merchant can switch on must hold no secret of a
        // shopper's.
        env: { ...secrets, ASSENT_LOG: this.logLevel },
        onLine: (line) => {
          this.endpointLines.push(line);
          this.say("assent", line);
        },
      },
    );
    await this.endpoint.until(() => this.#answers("/readyz"), "ready");
  }

  assent(...args) {
    return assent(this.config, ...args);
  }

  /** The stand-in's and the shop's switches (`/lab/…`), for a body that is given a POST. */
  async control(pathAndQuery, body, method = body === undefined ? "GET" : "POST") {
    const answer = await fetch(this.addresses.control_url + pathAndQuery, {
      method,
      headers: { "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    if (!answer.ok)
      throw new Error(`${method} ${pathAndQuery}: HTTP ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? null : answer.json();
  }

  /** What reached the stand-in for TikTok, both legs, in order. */
  received = async () => (await this.control("/lab/tiktok/received")).received;
  /** What TikTok counts. */
  counted = async () => (await this.control("/lab/tiktok/counted")).counted;
  violations = async () => (await this.control("/lab/tiktok/violations")).violations;
  fault = (fault) => this.control("/lab/tiktok/faults", fault);
  clearFaults = () => this.control("/lab/tiktok/faults", undefined, "DELETE");
  /** All of the shop's switches: what is left out takes its default. */
  shopSettings = (settings) =>
    this.control("/lab/shop/settings", { pixels: this.pixels, ...settings }, "PUT");

  /** What the shop has told the endpoint of its orders, by the lab's log; and one more, by hand. */
  deliveries = async () => (await this.control("/lab/shop/webhooks")).deliveries;
  tell = (topic, rest = {}) => this.control("/lab/shop/webhooks", { topic, ...rest });

  /** Everything the endpoint has written: its store's files and its log, each `{ name, bytes }`. */
  written() {
    const files = readdirSync(this.folder).filter((name) => name.startsWith("assent.db"));
    const stored = files.map((name) => ({
      name,
      bytes: readFileSync(path.join(this.folder, name)),
    }));
    return [...stored, { name: "log", bytes: Buffer.from(this.endpointLines.join("\n")) }];
  }

  async stop() {
    const ends = await Promise.allSettled([this.endpoint?.stop(), this.lab.stop()]);
    const failed = ends.find((end) => end.status === "rejected");
    if (failed) throw failed.reason;
  }

  /** The endpoint by its loopback address; its certificate is the lab's own. */
  #answers(where) {
    const { request } = this.mode === "tls" ? https : http;
    return new Promise((resolve) => {
      const asked = request(
        { host: "127.0.0.1", port: this.endpointPort, path: where, rejectUnauthorized: false },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode === 200);
        },
      );
      asked.once("error", () => resolve(false)).end();
    });
  }
}

/** Writes `assent.toml` into `folder` and gives its path. `extra` goes under each shop, such as
 *  "[shops.purchase]\n…"; `top` are tables of the whole endpoint. */
export function writeConfig({
  folder,
  listen,
  publicUrl,
  storefronts,
  tls,
  tiktok,
  debug = false,
  settings = ["shopify"],
  webhooks = false,
  extra = "",
  top = "",
}) {
  const text = (value) => JSON.stringify(value);
  const lines = [
    `listen = ${text(listen)}`,
    `public_url = ${text(publicUrl)}`,
    `store = "sqlite:assent.db"`,
    top,
    tls && `[tls]\ncert = ${text(tls.cert)}\nkey = ${text(tls.key)}`,
    tiktok &&
      `[tiktok]\napi_base = ${text(tiktok.apiBase)}\npixel_script = ${text(tiktok.pixelScript)}`,
    ...settings.flatMap((cmp) => [
      `[[shops]]\ndomain = ${text(shopWith(cmp))}\nstorefronts = ${text(storefronts)}\npixel_code = ${text(pixelCode)}`,
      `access_token_env = ${text(tokenVariable)}\ndebug = ${debug}`,
      webhooks && `webhook_secret_envs = [${text(webhookVariable)}]`,
      `[shops.consent]\ncmp = ${text(cmp)}`,
      extra,
    ]),
  ];
  const file = path.join(folder, "assent.toml");
  writeFileSync(file, `${lines.filter(Boolean).join("\n")}\n`);
  return file;
}

/** `assent COMMAND … --config FILE`: its stdout. */
export function assent(config, ...args) {
  const done = spawnSync(bin("release", "assent"), [...args, "--config", config], {
    encoding: "utf8",
    env: { ...process.env, ...secrets },
  });
  if (done.error)
    throw new Fault(`assent could not be run (${done.error.message}); run: npm run build`);
  if (done.status !== 0)
    throw new Fault(`assent ${args.join(" ")} failed (exit ${done.status}):\n${done.stderr}`);
  return done.stdout;
}

/** The text a merchant pastes; with "--hosted" the loader. */
export const printSnippet = (config, cmp = "shopify", ...flags) =>
  assent(config, "snippet", "--shop", shopWith(cmp), ...flags);

/** What an app would give `webPixelCreate`: texts only, lists and tables as JSON. */
const extensionSettings = (world, cmp) => {
  const { variables } = JSON.parse(
    world.assent("extension", "settings", "--json", "--shop", shopWith(cmp)),
  );
  return JSON.parse(variables.webPixel.settings);
};

/** Where the lab looks for it: the file of another setting's shop stands beside the first. */
const variantOf = (file, cmp) => (cmp === "shopify" ? file : file.replace(/(\.\w+)$/, `-${cmp}$1`));

/** The two texts that a merchant pastes, for a shop on its own domain with every address at its default. */
export function pastedTexts(storefront) {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-texts-"));
  try {
    const config = writeConfig({
      folder,
      listen: "127.0.0.1:8787",
      publicUrl: "https://events.example.com",
      storefronts: [storefront],
    });
    return { pasted: printSnippet(config), hosted: printSnippet(config, "shopify", "--hosted") };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
