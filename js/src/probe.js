// `assent snippet --probe`: a custom pixel that sends nothing, and writes to the console what this
// shop's sandbox really allows: a line for each question, then all of it as JSON, to be copied.
// What hangs on each line: docs/live.md. Nothing of the shopper is in it, and it never throws.

/* global analytics, browser, init, api */
const found = {};
const began = performance.now();

/** Prints what `look` finds, or why it could not. */
async function ask(name, look) {
  try {
    found[name] = await look();
  } catch (error) {
    found[name] = `no: ${error?.name}: ${error?.message}`;
  }
  say(`${name}: ${typeof found[name] === "string" ? found[name] : JSON.stringify(found[name])}`);
}
const say = (line) => console.info(`[assent probe] ${line}`);
const time = async (action) => {
  const start = performance.now();
  await action();
  return `${(performance.now() - start).toFixed(1)} ms`;
};

const text = (bytes) => String.fromCharCode(...bytes);
async function through({ readable, writable }, bytes) {
  const writer = writable.getWriter();
  Promise.all([writer.write(bytes), writer.close()]).catch(() => {});
  const reader = readable.getReader();
  const whole = [];
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read())
    whole.push(...value);
  return new Uint8Array(whole);
}
const stored = [1, 2, 0, 253, 255, 104, 105]; // RFC 1951, a block as it is: "hi"
const inflated = async (format, bytes) =>
  text(await through(new DecompressionStream(format), Uint8Array.from(bytes))) === "hi";

/** A module with one function, `f`, that gives 42. */
const module = [
  [0, 97, 115, 109, 1, 0, 0, 0],
  [1, 5, 1, 96, 0, 1, 127],
  [3, 2, 1, 0],
  [7, 5, 1, 1, 102, 0, 0],
  [10, 6, 1, 4, 0, 65, 42, 11],
].flat();

const code = {
  WebAssembly: () => {
    const compiled = new WebAssembly.Module(Uint8Array.from(module));
    return new WebAssembly.Instance(compiled).exports.f() === 42;
  },
  Function: () => new Function("return 42")() === 42,
  'DecompressionStream("deflate-raw")': () => inflated("deflate-raw", stored),
  'DecompressionStream("deflate")': () =>
    inflated("deflate", [0x78, 0x9c, ...stored, 1, 0x3b, 0, 0xd2]), // RFC 1950: header, Adler-32
  'CompressionStream("deflate-raw")': async () => {
    const packed = await through(new CompressionStream("deflate-raw"), Uint8Array.of(104, 105));
    return inflated("deflate-raw", packed);
  },
  "Uint8Array.fromBase64 and toBase64": () => {
    const bytes = Uint8Array.fromBase64("aGk=");
    return text(bytes) === "hi" && bytes.toBase64() === "aGk=";
  },
  atob: () => atob("aGk=") === "hi",
  "crypto.getRandomValues": () => crypto.getRandomValues(new Uint8Array(16)).length === 16,
  "crypto.subtle, SHA-256 of 130 KB": () =>
    time(() => crypto.subtle.digest("SHA-256", new Uint8Array(130_000))),
};

const name = "_assent_probe";
const key = "assent.probe";
const device = {
  "a cookie, written, read and removed": async () => {
    const has = async () => (await browser.cookie.get()).includes(`${name}=1`);
    const attributes = "Path=/; SameSite=Lax; Secure";
    let steps;
    const took = await time(async () => {
      await browser.cookie.set(`${name}=1; ${attributes}; Max-Age=60`);
      steps = [await has()];
      await browser.cookie.set(`${name}=; ${attributes}; Max-Age=0`);
      steps.push(await has());
    });
    return `${steps[0] ? "written and read" : "not there after it was written"}, ${steps[1] ? "not removed" : "removed"}; ${took}`;
  },
  // As long as the module that the hosted form keeps.
  "80 KB of localStorage, written, read and removed": async () => {
    const value = "x".repeat(80_000);
    let back, left;
    const wrote = await time(() => browser.localStorage.setItem(key, value));
    const read = await time(async () => {
      back = await browser.localStorage.getItem(key);
    });
    await browser.localStorage.removeItem(key);
    left = await browser.localStorage.getItem(key);
    return `${back === value ? "written and read" : "not there after it was written"}, ${left === null ? "removed" : "not removed"}; ${wrote}, ${read}`;
  },
  "localStorage's length": async () => typeof (await browser.localStorage.length()),
};

const frame = {
  engine: () => navigator.userAgent.match(/(Firefox|Edg|Chrome|Version|Safari)\/\d+/g)?.join(" "),
  "Global Privacy Control": () => String(navigator.globalPrivacyControl),
  "a secure context": () => isSecureContext,
  origin: () => self.origin.replace(location.host, "HOST"),
  "its name": () => window.name.replace(/\d+/g, "N").slice(0, 60),
  address,
  "the page around it": () => {
    try {
      return `within reach: ${typeof parent.document}`;
    } catch (error) {
      return `out of reach: ${error.name}`;
    }
  },
  "the frame's own cookies": () => typeof document.cookie,
  "the frame's own localStorage": () => typeof window.localStorage.length,
  "history.replaceState, path": () => replaced("/assent-probe"),
  "history.replaceState, query": () => replaced(`${location.pathname}?assent-probe`),
  "document.referrer redefined": () => {
    const get = () => "https://assent.example/";
    Object.defineProperty(document, "referrer", { configurable: true, get });
    const isSo = document.referrer === get();
    delete document.referrer;
    return isSo;
  },
  "its inline scripts, characters": () =>
    [...document.scripts]
      .filter(({ src }) => !src)
      .map((script) => `${script.text.length}${script.text.includes(name) ? " (this one)" : ""}`)
      .join(", "),
  "its Content-Security-Policy, as a meta element": () =>
    [...document.querySelectorAll("meta[http-equiv]")]
      .filter(({ httpEquiv }) => /^content-security-policy/i.test(httpEquiv))
      .map(({ content }) => content)
      .join(" | ") || "none",
};

/** The address without what follows Shopify's own part of it: that is the shopper's page. */
function address() {
  const [own, ...page] = location.pathname.split(/(?<=\/sandbox\/modern)/);
  const shape = own.replace(/[0-9a-f]{8,}/gi, "HASH").replace(/\d+/g, "N");
  const rest = page.join("").split("/").filter(Boolean).length;
  const isOwn = page.length > 0 || /sandbox/.test(own);
  return `${location.protocol}//HOST${isOwn ? shape : "/PATH"}, ${rest} parts of the page's path behind it, ${location.search ? "with" : "without"} a query`;
}

function replaced(to) {
  const before = location.href;
  history.replaceState(null, "", to);
  const isSo = location.href !== before;
  history.replaceState(null, "", before);
  return isSo;
}

const violations = [];
try {
  document.addEventListener("securitypolicyviolation", ({ violatedDirective, originalPolicy }) =>
    violations.push(`${violatedDirective} of ${originalPolicy}`),
  );
} catch {} // no document: it is said below

/** Milliseconds in which Shopify replays what was before. */
const patience = 2_000;

/** What a bus has told by the time that all of them are asked. */
function hear(bus, name) {
  const told = { names: {}, before: 0 };
  const start = Date.now();
  const answered = (async () => {
    const from = performance.now();
    await bus().subscribe(name, (event) => {
      const { names } = told;
      const own = String(event?.name ?? name);
      names[own] = (names[own] ?? 0) + 1;
      if (Date.parse(event?.timestamp) < start) told.before += 1;
    });
    return `subscribed in ${(performance.now() - from).toFixed(1)} ms`;
  })();
  answered.catch(() => {});
  return async () => {
    const late = new Promise((done) => setTimeout(done, patience, "no answer to the subscription"));
    const how = await Promise.race([answered, late]);
    const count = Object.values(told.names).reduce((sum, one) => sum + one, 0);
    return { how, heard: count, "older than the subscription": told.before, names: told.names };
  };
}

async function run() {
  say("sends nothing; it is done in some seconds, and its last line is to be copied");
  const buses = {
    all_standard_events: hear(() => analytics, "all_standard_events"),
    all_custom_events: hear(() => analytics, "all_custom_events"),
    visitorConsentCollected: hear(() => api.customerPrivacy, "visitorConsentCollected"),
  };
  for (const [name, look] of Object.entries({ ...code, ...frame, ...device }))
    await ask(name, look);
  await ask("Shopify's permissions at the start", () => ({ ...init.customerPrivacy }));
  await new Promise((done) => setTimeout(done, began + patience - performance.now()));
  for (const [name, look] of Object.entries(buses)) await ask(`${name}, within 2 s`, look);
  await ask(
    "what a Content-Security-Policy refused",
    () => [...new Set(violations)].join(" | ") || "nothing",
  );
  console.info(`[assent probe] ${JSON.stringify(found)}`);
}

run().catch((error) => say(`ended early: ${error?.name}`));
