// An endpoint to be measured, and TikTok's stand-in beside it, each a process of its own.

import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { at, bin } from "../../../js/build/project.mjs";
import { freePorts, Program } from "../program.mjs";

export const domainOf = (n) => `bench-${n}.myshopify.com`;

class Sink {
  static async start() {
    const sink = new Sink();
    sink.port = Number((await sink.lines.next()).value);
    return sink;
  }

  constructor() {
    const file = at("tests", "tools", "endpoint", "sink.mjs");
    this.child = spawn(process.execPath, [file], { stdio: ["pipe", "pipe", "inherit"] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(what) {
    this.child.stdin.write(`${what}\n`);
    return JSON.parse((await this.lines.next()).value);
  }

  stop() {
    this.child.stdin.end();
    this.child.kill();
  }
}

/** `{ port, pid, sink, stop() }`. `shops`: how many it serves, or `domains`: which; `top` and `perShop` are lines of the configuration,
 *  `secrets` variables that they name. A store that is in the folder is gone on with; `store` are lines that name another. `tiktok`: a
 *  stand-in that somebody else ends. */
async function startRig(
  folder,
  {
    binary = bin("release", "assent"),
    shops = 1,
    domains = Array.from({ length: shops }, (_, n) => domainOf(n)),
    store = 'store = "sqlite:assent.db"',
    tiktok,
    top = "",
    perShop = "",
    secrets = {},
  } = {},
) {
  const sink = tiktok ?? (await Sink.start());
  const [port] = await freePorts([0]);
  const shop = (domain, n) => `[[shops]]
domain = "${domain}"
storefronts = ["shop.example"]
pixel_code = "C4BENCH${String(n).padStart(5, "0")}"
access_token_env = "ASSENT_BENCH_TOKEN"
consent.cmp = "shopify"
${perShop}
`;
  const config = path.join(folder, "assent.toml");
  writeFileSync(
    config,
    `listen = "127.0.0.1:${port}"
public_url = "https://events.example.com"
${store}
${top}
[limits]
beacons_per_shop = 100000
beacons_per_address = 100000
[tiktok]
api_base = "http://127.0.0.1:${sink.port}"
${domains.map(shop).join("")}`,
  );
  const env = { ASSENT_BENCH_TOKEN: "bench", ASSENT_LOG: "warn", ...secrets };
  const program = new Program("assent serve", binary, ["serve", "--config", config], { env });
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      (answer) => answer.ok,
      () => false,
    );
  await program.until(answers, "ready");
  const file = path.join(folder, "assent.db");
  const rig = { port, pid: program.child.pid, sink, program, file, config };
  rig.stop = async () => {
    await program.stop();
    if (!tiktok) sink.stop();
  };
  return rig;
}

/** What is done with a rig that goes on with this folder's store; it is stopped then. */
export async function onRig(folder, options, measure) {
  const rig = await startRig(folder, options);
  try {
    return await measure(rig);
  } finally {
    await rig.stop();
  }
}

/** The same with a store of its own, which goes with it. */
export async function onFreshRig(options, measure) {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-bench-"));
  try {
    return await onRig(folder, options, measure);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Several endpoints beside one store, with one TikTok: what is done with them is given `(rigs, sink)`. */
export async function onFleet({ endpoints, ...options }, measure) {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-bench-"));
  const tiktok = await Sink.start();
  const rigs = [];
  try {
    for (let n = 0; n < endpoints; n += 1) {
      const own = path.join(folder, String(n));
      mkdirSync(own);
      rigs.push(await startRig(own, { ...options, tiktok }));
    }
    return await measure(rigs, tiktok);
  } finally {
    await Promise.all(rigs.map((rig) => rig.stop()));
    tiktok.stop();
    rmSync(folder, { recursive: true });
  }
}
