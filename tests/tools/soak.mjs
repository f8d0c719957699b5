// `node tests/tools/soak.mjs --engine webkit --loads 2000`: loads the snippet again and again, each
// time in a fresh frame with Shopify's sandbox attribute, and lets each report a few checkouts. A
// module that traps, does not start or falls silent is a fault. The page is loaded anew every so
// often, as shoppers do; in between, whatever frames leave in memory adds up. With more `--events`
// (5 by default) each load lives longer, so that the engine's optimising compilers reach it too.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { Fault, main, setUp } from "../../js/build/project.mjs";
import { standInForShopify } from "./bench-page.mjs";
import { engineCalled, installMissing } from "./browsers.mjs";
import { startBrowser } from "./webdriver.mjs";
import { printSnippet, shop, writeConfig } from "./world.mjs";

/** So many loads that a page ends within a minute. */
const loadsPerPage = (events) => Math.min(100, Math.ceil(2_000 / events));
/** Frames at a time, as many as a shopper might have tabs. */
const atOnce = 3;
/** Milliseconds; a load takes some tens, and an event one or two. */
const patience = (events) => 10_000 + 20 * events;

/** Runs in the page: so many fresh frames; gives each one's figures, or its error. */
async function loadFrames({ count, atOnce, patience }) {
  const one = () =>
    new Promise((resolve) => {
      const frame = document.createElement("iframe");
      frame.setAttribute("sandbox", "allow-scripts allow-forms");
      const done = (result) => {
        clearTimeout(late);
        removeEventListener("message", hear);
        frame.remove();
        resolve(result);
      };
      const hear = ({ source, data }) => source === frame.contentWindow && done(data);
      const late = setTimeout(() => done({ error: `silent for ${patience} ms` }), patience);
      addEventListener("message", hear);
      frame.src = "/frame";
      document.body.append(frame);
    });
  const results = [];
  let started = 0;
  const inTurn = async () => {
    while (started++ < count) results.push(await one());
  };
  await Promise.all(Array.from({ length: atOnce }, inTurn));
  return results;
}

const page = "<!doctype html><title>soak</title><body></body>";

function frame(snippet, events) {
  const given = JSON.stringify({ code: snippet, shop, events });
  return `<!doctype html><title>soak</title><body></body><script>
    const tell = (result) => parent.postMessage(result, "*");
    (${standInForShopify})(${given}).then(tell, (error) => tell({ error: error.message }));
  </script>`;
}

/** The page, its frame, and an empty script in TikTok's place: all on loopback. */
async function serve(folder, events) {
  const answers = { "/": page };
  const server = http.createServer((request, response) => {
    const body = answers[request.url.split("?")[0]];
    const type = body ? "text/html" : "text/javascript";
    response
      .writeHead(200, { "content-type": `${type}; charset=utf-8`, "cache-control": "no-store" })
      .end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const config = writeConfig({
    folder,
    listen: "127.0.0.1:8787",
    publicUrl: "https://events.example.com",
    storefronts: ["shop.test"],
    tiktok: { apiBase: url, pixelScript: `${url}events.js` },
  });
  answers["/frame"] = frame(printSnippet(config), events);
  return { url, stop: () => server.close() };
}

/** MB that this process's descendants hold, shared pages divided among them; null where /proc does
 *  not say. */
function memory() {
  try {
    const processes = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .flatMap((id) => {
        const stat = readOr(`/proc/${id}/stat`);
        return stat ? [{ id, parent: stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] }] : [];
      });
    const ours = new Set([String(process.pid)]);
    for (let before = 0; before < ours.size; ) {
      before = ours.size;
      for (const { id, parent } of processes) if (ours.has(parent)) ours.add(id);
    }
    ours.delete(String(process.pid));
    const kilobytes = [...ours].map((id) =>
      Number(/^Pss: +(\d+)/m.exec(readOr(`/proc/${id}/smaps_rollup`))?.[1] ?? 0),
    );
    return Math.round(kilobytes.reduce((sum, one) => sum + one, 0) / 1024);
  } catch {
    return null;
  }
}

/** A process may have ended in between. */
function readOr(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

async function soak(engine, loads, events) {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-soak-"));
  const { url, stop } = await serve(folder, events);
  const browser = await startBrowser(engine);
  const began = performance.now();
  const results = [];
  const held = [memory()];
  try {
    const tab = await browser.newPage();
    while (results.length < loads) {
      await tab.goto(url);
      results.push(
        ...(await tab.evaluate(loadFrames, {
          count: Math.min(loadsPerPage(events), loads - results.length),
          atOnce,
          patience: patience(events),
        })),
      );
      held.push(memory());
      if (held.length % 5 === 0)
        console.error(
          `  ${results.length} loads, ${failures(results).length} failed, ${held.at(-1)} MB`,
        );
    }
  } finally {
    await browser.close();
    stop();
    rmSync(folder, { recursive: true });
  }
  return { results, held, seconds: (performance.now() - began) / 1000 };
}

const failures = (results) =>
  results.flatMap(({ error }, index) => (error ? [`load ${index + 1}: ${error}`] : []));

function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

await main(async () => {
  const options = {
    engine: { type: "string", default: "webkit" },
    loads: { type: "string", default: "2000" },
    events: { type: "string", default: "5" },
  };
  const { engine, ...numbers } = parseArgs({ options }).values;
  for (const [name, text] of Object.entries(numbers))
    if (!/^[1-9]\d*$/.test(text))
      throw new Fault(`--${name} "${text}" should be a number such as ${options[name].default}.`);
  setUp();
  installMissing([engineCalled(engine)]);
  await buildJs();
  buildBinaries();
  const { results, held, seconds } = await soak(
    engine,
    Number(numbers.loads),
    Number(numbers.events),
  );
  const failed = failures(results);
  const good = results.filter(({ error }) => !error);
  console.log(
    `${engine}: ${results.length} loads of ${numbers.events} checkouts each in ${seconds.toFixed(0)} s, ${failed.length} failed`,
  );
  if (good.length > 0) {
    const figures = {
      ready: good.map((one) => one.ready),
      "first event": good.map((one) => one.first),
      "further event": good.flatMap((one) => one.further),
    };
    console.log(
      `  medians: ${Object.entries(figures)
        .map(([name, all]) => `${name} ${median(all).toFixed(1)} ms`)
        .join(", ")} (${atOnce} frames at a time)`,
    );
  }
  console.log(
    `  memory of the browser, MB: ${held[0]} at the start, ${Math.max(...held)} at most, ${held.at(-1)} at the end`,
  );
  if (failed.length > 0) throw new Fault(failed.slice(0, 20).join("\n"));
});
