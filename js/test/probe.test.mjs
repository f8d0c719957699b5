// The probe as it is built, in a world of its own: what it says of a sandbox that allows all, of
// one that allows nothing, and that it leaves nothing behind.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import vm from "node:vm";
import { probe } from "../build/snippet.mjs";
import { permitted, sandbox } from "./sandbox.mjs";

const body = readFileSync(probe, "utf8");
const sandboxed =
  "https://shop.acme.example/web-pixels@0123456789abcdef/custom/web-pixel-4711@8/sandbox/modern/checkouts/cn/secret/information?email=jane@example.com&ttclid=X";

/** Runs it; gives its lines, and the last one's JSON. */
async function run({ page = sandbox({ privacy: permitted }), world = {}, told = () => {} } = {}) {
  const lines = [];
  const requests = [];
  const globals = {
    console: { info: (line) => lines.push(line), warn: (line) => lines.push(`warned: ${line}`) },
    fetch: (...given) => requests.push(given),
    performance,
    setTimeout,
    ...world,
  };
  const { analytics, browser, customerPrivacy, init } = page.room;
  Object.assign(globals, { analytics, browser, init, api: { customerPrivacy } });
  vm.runInNewContext(`(function () {${body}\n})()`, globals);
  told(page);
  for (const end = performance.now() + 10_000; performance.now() < end; ) {
    if (lines.at(-1)?.startsWith("[assent probe] {")) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.ok(
    lines.every((line) => line.startsWith("[assent probe] ")),
    lines.join("\n"),
  );
  assert.deepEqual(requests, [], "it sends nothing");
  const found = JSON.parse(lines.at(-1).slice("[assent probe] ".length));
  return { lines, found, page };
}

/** A frame as far as the probe looks at one. */
function frame({ webkit = false } = {}) {
  const location = new URL(sandboxed);
  const own = { text: `${"x".repeat(500)} _assent_probe`, src: "" };
  return {
    location,
    self: { origin: "null" },
    isSecureContext: true,
    navigator: { userAgent: "Mozilla/5.0 Chrome/156.0.0.0 Safari/537.36" },
    history: {
      replaceState(_, __, to) {
        const next = new URL(to, location);
        if (webkit && next.pathname !== location.pathname)
          throw new DOMException("no", "SecurityError");
        location.href = next.href;
      },
    },
    window: {
      name: "web-pixel-sandbox-CUSTOM-4711-LAX-abc",
      get localStorage() {
        throw new DOMException("no", "SecurityError");
      },
    },
    parent: {
      get document() {
        throw new DOMException("no", "SecurityError");
      },
    },
    document: {
      referrer: "https://shop.acme.example/",
      scripts: [own, { text: "y", src: "" }, { text: "", src: "https://x.example/" }],
      querySelectorAll: () => [
        { httpEquiv: "Content-Security-Policy", content: "frame-ancestors *" },
      ],
      addEventListener() {},
      get cookie() {
        throw new DOMException("no", "SecurityError");
      },
    },
    crypto,
    atob,
    DecompressionStream,
    CompressionStream,
  };
}

test("in a frame that allows it all, each line says so, and the last one has them all", async () => {
  const tell = ({ told }) => {
    told.all_standard_events({ name: "page_viewed", timestamp: new Date(0).toISOString() });
    told.all_standard_events({ name: "page_viewed", timestamp: new Date(0).toISOString() });
    told.all_custom_events({ name: "joined" });
    told.visitorConsentCollected({ customerPrivacy: permitted });
  };
  const { lines, found, page } = await run({ world: frame(), told: tell });
  for (const name of [
    "WebAssembly",
    "Function",
    'DecompressionStream("deflate-raw")',
    'DecompressionStream("deflate")',
    'CompressionStream("deflate-raw")',
    "crypto.getRandomValues",
    "atob",
    "history.replaceState, path",
    "history.replaceState, query",
    "document.referrer redefined",
  ]) {
    assert.equal(found[name], true, `${name}: ${found[name]}`);
    assert.ok(lines.includes(`[assent probe] ${name}: true`), name);
  }
  assert.match(found["crypto.subtle, SHA-256 of 130 KB"], /^\d+\.\d ms$/);
  assert.match(found["a cookie, written, read and removed"], /^written and read/);
  assert.match(
    found["80 KB of localStorage, written, read and removed"],
    /^written and read, removed; /,
  );
  assert.equal("assent.probe" in page.device.storage, false);
  const { heard, names, ...rest } = found["all_standard_events, within 2 s"];
  assert.deepEqual([heard, names, rest["older than the subscription"]], [2, { page_viewed: 2 }, 2]);
  assert.equal(found["all_custom_events, within 2 s"].heard, 1);
  assert.equal(found["visitorConsentCollected, within 2 s"].heard, 1);
  assert.deepEqual(found["Shopify's permissions at the start"], permitted);
  assert.match(found["its inline scripts, characters"], /^514 \(this one\), 1$/);
  assert.equal(found["its Content-Security-Policy, as a meta element"], "frame-ancestors *");
  assert.equal(found.origin, "null");
  assert.equal(found["the page around it"], "out of reach: SecurityError");
});

test("of the shopper's page it tells nothing but how deep its path is", async () => {
  const { lines, found } = await run({ world: frame() });
  assert.equal(
    found.address,
    "https://HOST/web-pixels@HASH/custom/web-pixel-N@N/sandbox/modern, 4 parts of the page's path behind it, with a query",
  );
  assert.doesNotMatch(lines.join("\n"), /jane|secret|ttclid|acme|checkouts/);
});

test("WebKit's frame, which keeps its path, is told apart", async () => {
  const { found } = await run({ world: frame({ webkit: true }) });
  assert.equal(found["history.replaceState, path"], "no: SecurityError: no");
  assert.equal(found["history.replaceState, query"], true);
});

test("where nothing is allowed, and nothing answers, it says so and does not throw", async () => {
  const page = sandbox({
    subscribe: () => {
      throw new Error("no such event");
    },
  });
  page.room.browser = {};
  page.room.init = undefined;
  const { found } = await run({ page });
  const no = Object.entries(found).filter(([, answer]) => /^no: /.test(answer));
  assert.ok(no.length > 20, JSON.stringify(found));
  assert.match(found["all_standard_events, within 2 s"], /no such event/);
  const silent = sandbox({ subscribe: () => new Promise(() => {}) });
  const { found: late } = await run({ page: silent, world: frame() });
  assert.equal(late["all_standard_events, within 2 s"].how, "no answer to the subscription");
});

test("it is one function body of plain ASCII, short enough to be pasted anywhere", () => {
  assert.match(body, /^[\x20-\x7e\n]*$/);
  assert.doesNotMatch(body, /<\/script|<!--/i);
  assert.ok(body.length < 8_000, `${body.length} characters`);
});
