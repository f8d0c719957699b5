// The lab's consent tools write what the real ones write: each record against the vectors' example of the same tool and
// answer, key for key. Only times, ids and versions may differ, and those keep their form.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { at } from "../../js/build/project.mjs";
import { cmps } from "../tools/world.mjs";

// As in the vectors: OneTrust writes the shopper's own clock.
process.env.TZ = "Europe/Berlin";
const vectors = JSON.parse(readFileSync(at("tests", "vectors", "consent-records.json"), "utf8"));
const { CMPS: tools, tcString } = loadTools();
const visit = { now: new Date("2026-03-02T09:00:01.391Z"), id: "11111111-2222-4333-8444-555555555555", count: 1, eu: true, gpc: false };

/** The page's scripts are one function scope; these two need no page. */
function loadTools() {
  const scripts = ["tc-string.js", "records.js"].map((file) => readFileSync(at("tests", "lab", "web", "cmp", file), "utf8"));
  return new Function(`${scripts.join("\n")}\nreturn { CMPS, tcString };`)();
}

const json = (text) => JSON.parse(text);
const pairs = (text, between, is) => Object.fromEntries(text.split(between).map((pair) => [pair.slice(0, pair.indexOf(is)), pair.slice(pair.indexOf(is) + 1)]));
const base64 = (text) => json(Buffer.from(text, "base64").toString("latin1"));

/** How each record is read here, apart from the gate's readers. */
const decoders = {
  OptanonConsent: (text) => pairs(text, "&", "="),
  CookieConsent: (text) => pairs(text.slice(1, -1).replaceAll("%2C", ",").replaceAll("%27", "'"), ",", ":"),
  ucData: json,
  didomi_token: base64,
  cookieconsent_status: (text) => text,
  cookieconsent_preferences_disabled: (text) => text,
  _pandectes_gdpr: base64,
  "_iub_cs-12345678": (text) => json(decodeURIComponent(text)),
  "cookieyes-consent": (text) => pairs(text, ",", ":"),
};

/** What may differ between two shoppers; of these only the form is compared: where letters and digits are. */
const free = /^(datestamp|consentId|stamp|utc|region|user_id|created|updated|timestamp|detected|id|rand|consentid|code|state)$/;

function form(value, key = "") {
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, form(inner, name)]));
  if (!free.test(key)) return value;
  return typeof value === "string" && value !== "-1" ? value.replace(/\w+/g, "x") : typeof value;
}

/** `[tool, answer, which of the vectors' rows]`: the index counts the rows of that key. */
const same = [
  ["onetrust", "accept", "OptanonConsent", 0], ["onetrust", null, "OptanonConsent", 2, { eu: false, count: 0 }],
  ["cookiebot", "accept", "CookieConsent", 0], ["cookiebot", "decline", "CookieConsent", 1], ["cookiebot", null, "CookieConsent", 3, { eu: false }],
  ["usercentrics", "accept", "ucData", 0], ["usercentrics", "decline", "ucData", 1],
  ["didomi", null, "didomi_token", 2],
  ["consentmo", "accept", "cookieconsent_preferences_disabled", 0], ["consentmo", "decline", "cookieconsent_preferences_disabled", 1],
  ["consentmo", null, "cookieconsent_status", 0, { eu: false }],
  ["pandectes", "accept", "_pandectes_gdpr", 0], ["pandectes", "decline", "_pandectes_gdpr", 1], ["pandectes", null, "_pandectes_gdpr", 4],
  ["iubenda", "accept", "_iub_cs-12345678", 0],
  ["cookieyes", "accept", "cookieyes-consent", 0], ["cookieyes", "decline", "cookieyes-consent", 1], ["cookieyes", null, "cookieyes-consent", 2],
];

const rowsOf = (key) => vectors.filter((row) => row.key === key);
const written = (slug, choice, more = {}) => tools[slug].records(choice, { ...visit, ...more });

for (const [slug, choice, key, index, more] of same) {
  test(`${slug}, ${choice ?? "undecided"}: ${key} has the shape of the vectors' row ${index}, and the same companions`, () => {
    const row = rowsOf(key)[index];
    assert.equal(row.marketing, { accept: true, decline: false }[choice] ?? null, "the row says the same");
    const records = written(slug, choice, more);
    const record = records.find((one) => one.key === key);
    assert.equal(record.store, row.store);
    const [ours, theirs] = [record.value, row.value].map((value) => form(decoders[key](value)));
    assert.deepEqual(ours, theirs);
    assert.deepEqual(Object.keys(ours), Object.keys(theirs), "in the same order");
    const companions = records.filter((one) => one !== record).map((one) => one.key);
    assert.deepEqual(companions, Object.keys(row.companion ?? {}));
  });
}

test("OneTrust's refusal, Didomi's and iubenda's: the keys of the vectors' rows, and no to marketing", () => {
  const optanon = pairs(written("onetrust", "decline")[0].value, "&", "=");
  const theirs = pairs(rowsOf("OptanonConsent")[1].value, "&", "=");
  assert.deepEqual(Object.keys(optanon), Object.keys(theirs).filter((key) => key !== "geolocation"));
  assert.deepEqual([optanon.groups, optanon.intType], [theirs.groups, theirs.intType]);
  const [token] = written("didomi", "decline").map((record) => record.value);
  const shape = (value) => Object.entries(base64(value)).map(([key, inner]) => [key, ...(inner?.disabled || inner?.enabled ? Object.keys(inner) : [])]);
  assert.deepEqual(shape(token), shape(rowsOf("didomi_token")[1].value));
  assert.ok(base64(token).vendors.disabled.includes("c:tiktok-KZAUQLZ9"));
  assert.deepEqual(shape(written("didomi", "accept")[0].value), shape(rowsOf("didomi_token")[0].value));
  assert.deepEqual(Object.keys(decoders["_iub_cs-12345678"](written("iubenda", "decline")[0].value)), Object.keys(decoders["_iub_cs-12345678"](rowsOf("_iub_cs-12345678")[0].value)));
  assert.deepEqual(Object.keys(decoders["_iub_cs-12345678"](written("iubenda", null)[0].value)), ["id"]);
});

test("what is not there before an answer is not written: Cookiebot, Consentmo and the TC string where a banner must ask", () => {
  for (const slug of ["cookiebot", "consentmo", "tcf"]) assert.equal(written(slug, null).length, 0, slug);
  assert.deepEqual(written("onetrust", null).map(({ key }) => key), ["OptanonConsent"], "no OptanonAlertBoxClosed");
  assert.deepEqual(written("usercentrics", null).map(({ value }) => value)[1], "false");
});

test("every tool that the page offers is one the world has a shop for", () => {
  assert.deepEqual(Object.keys(tools), cmps);
});

/** Bits of a TC segment; docs/facts/consent.md#tc-strings. */
const bits = (segment) => [...Buffer.from(segment, "base64url")].map((byte) => byte.toString(2).padStart(8, "0")).join("");

test("the TC string has the layout of TCF v2.3, and the purposes of the answer", () => {
  for (const yes of [true, false]) {
    const [core, disclosed, ...more] = tcString(yes, visit.now, 10).split(".");
    assert.deepEqual(more, []);
    assert.match(core + disclosed, /^C[A-Za-z0-9_-]+$/);
    const field = (start, size) => parseInt(bits(core).slice(start, start + size), 2);
    assert.deepEqual([field(0, 6), field(78, 12), field(138, 1)], [2, 10, 1], "version 2, the tool's number, for this service only");
    assert.equal(field(6, 36), field(42, 36));
    assert.equal(new Date(field(42, 36) * 100).toISOString(), "2026-03-02T00:00:00.000Z");
    const consents = [...bits(core).slice(152, 176)].flatMap((bit, n) => (bit === "1" ? [n + 1] : []));
    assert.deepEqual(consents, yes ? [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11] : []);
    const interests = [...bits(core).slice(176, 200)].flatMap((bit, n) => (bit === "1" ? [n + 1] : []));
    assert.ok(![1, 3, 4, 5, 6].some((purpose) => interests.includes(purpose)));
    assert.equal(field(213, 16), 10, "the vendors begin where they should");
    assert.equal(bits(core).slice(230, 240), (yes ? "1" : "0").repeat(10));
    assert.match(bits(core).slice(240), /^0+$/, "no vendor by legitimate interest, no restriction, padding");
    assert.ok(core.length * 6 >= 240 + 17 + 12);
    assert.equal(bits(disclosed).slice(0, 20), `001${(10).toString(2).padStart(16, "0")}0`);
  }
});
