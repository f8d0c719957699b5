// tests/vectors/ against the built module, as the snippet carries it and translated as the app
// extension does: what each consent record says, and that it is what `assent consent read` says of
// the same device.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { bin } from "../build/project.mjs";
import { builds, instance, page } from "./builds.mjs";
import { device, gpp, records, tcf } from "./vectors.mjs";

/** Made before the first test is declared: the runner does not wait for tests that are declared
 *  later. */
const made = await Promise.all(
  Object.keys(builds).map(async (build) => [build, await instance(build)]),
);

const now = 1_772_442_000; // seconds
const host = "shop.acme.example";
const settings = (cmp) => ({
  shop: "acme.myshopify.com",
  pixelCode: "C4EXAMPLE0000000000",
  endpoint: "https://events.example.com",
  pixelScript: "https://analytics.example/events.js",
  cmp,
  debug: true,
  storefronts: [host],
});
const init = {
  context: { document: { location: { href: `https://${host}/?assent_debug=1` }, referrer: "" } },
  data: { shop: { myshopifyDomain: "acme.myshopify.com" }, cart: null, customer: null },
  customerPrivacy: {
    marketingAllowed: true,
    saleOfDataAllowed: true,
    analyticsProcessingAllowed: true,
    preferencesProcessingAllowed: true,
  },
};

/** What the module finds on the device where `cmp` is the shop's setting: the records, and the
 *  decision that they led to. Of localStorage it is given what it asks for. */
function look(door, { cookie, storage }, cmp) {
  const { keys, ask } = page(door, settings(cmp), { init });
  const asked = (key) =>
    keys.some((own) => own === key || (own.endsWith("*") && key.startsWith(own.slice(0, -1))));
  const given = Object.fromEntries(Object.entries(storage).filter(([key]) => asked(key)));
  const { said } = ask({ do: "begin", jar: { cookie, storage: given }, now });
  assert.equal(said.length, 1);
  const [{ records = [], decision, rule }] = said;
  return { records, decision, rule };
}

/** The program, whichever was built last. */
const [assent] = [bin("release", "assent"), bin("debug", "assent")]
  .filter(existsSync)
  .sort((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
const folder = mkdtempSync(path.join(tmpdir(), "assent-records-"));
test.after(() => rmSync(folder, { recursive: true }));
const shopify = path.join(folder, "shopify.json");
writeFileSync(shopify, JSON.stringify(init.customerPrivacy));

function read({ cookie, storage }, cmp) {
  const stored = path.join(folder, "storage.json");
  writeFileSync(stored, JSON.stringify(storage));
  const args = [
    "consent",
    "read",
    "--json",
    "--cmp",
    cmp,
    "--cookies",
    cookie,
    "--storage",
    stored,
    "--shopify",
    shopify,
    "--at",
    new Date(now * 1000).toISOString(),
  ];
  const { stdout, stderr, status } = spawnSync(assent, args, { encoding: "utf8" });
  assert.equal(status, 0, stderr);
  const { records, decision, rule } = JSON.parse(stdout);
  const seen = records.filter(({ read }) => read);
  return {
    records: seen.map(({ source, key, decision }) => ({ source, key, decision })),
    decision,
    rule,
  };
}

/** The `cmp` of a shop whose tool wrote the row. A signal (GPP, TCF) is no tool: it is read with
 *  `auto`. */
const setting = ({ store, cmp }) =>
  store === "localStorage" && !["gpp", "tcf"].includes(cmp) ? cmp : "auto";

/** What the records of the row's own tool say together: a denial before silence, silence before a
 *  grant. */
function says(door, row, own) {
  const found = look(door, device(row, own), setting(row))
    .records.filter(({ source }) => source === row.cmp)
    .map(({ decision }) => decision);
  return ["denied", "unknown", "granted"].find((word) => found.includes(word)) ?? "unknown";
}

/** What decoded purposes amount to: 1, 3 and 4 by consent; 7 by consent, while legitimate interest
 *  for it is neither a yes nor a refusal. A publisher's segment that is not empty as well. */
function ground(decoded) {
  const of = (consents = [], interests = []) => {
    if (![1, 3, 4].every((purpose) => consents.includes(purpose))) return "denied";
    if (consents.includes(7)) return "granted";
    return interests.includes(7) ? "unknown" : "denied";
  };
  const words = [of(decoded?.purposeConsents, decoded?.purposeLegitimateInterests)];
  const publisher = [decoded?.publisherConsents, decoded?.publisherLegitimateInterests];
  if (publisher.some((list) => list?.length > 0)) words.push(of(...publisher));
  return ["denied", "unknown", "granted"].find((word) => words.includes(word));
}

for (const [build, door] of made) {
  test(`${build}: every row of consent-records.json means what its column marketing says`, () => {
    assert.ok(records.length >= 159);
    const wrong = records.filter((row) => {
      const word = says(door, row, true);
      if (row.marketing === null) return word !== "unknown" && word !== says(door, row, false);
      return word !== (row.marketing ? "granted" : "denied");
    });
    assert.deepEqual(wrong, []);
  });

  test(`${build}: a TC string in its cookie says what the official libraries make of it`, () => {
    for (const row of tcf) {
      const { decoded, error = "" } = row;
      const word = says(door, row, true);
      if (decoded?.version === 1) assert.equal(word, "unknown", row.name);
      // The libraries refuse cmpId 0, which the layout does not; and what is not specific to a
      // service is invalid since 2021.
      else if ((!decoded && !error.includes("cmpId")) || decoded?.isServiceSpecific === false)
        assert.equal(word === "granted", false, row.name);
      else assert.equal(word, ground(decoded), row.name);
    }
  });

  test(`${build}: a GPP string denies where it objects or refuses, and grants nowhere`, () => {
    for (const row of gpp) {
      const { decoded, derived, value } = row;
      const refused =
        derived?.tcf_purposes &&
        ![1, 3, 4, 7].every((purpose) => derived.tcf_purposes.includes(purpose));
      const denies =
        decoded && value.length <= 16_384 && (derived.us_opted_out_of_ads === true || refused);
      assert.equal(says(door, row, true), denies ? "denied" : "unknown", row.name);
    }
  });

  test(`${build}: the module and assent consent read see the same records and decide alike`, {
    skip: !assent && "the binary `assent` is not built",
  }, () => {
    for (const row of [...records, ...tcf, ...gpp]) {
      const it = device(row);
      for (const cmp of new Set(["auto", setting(row)]))
        assert.deepEqual(
          look(door, it, cmp),
          read(it, cmp),
          `${row.cmp} ${row.key} ${row.name ?? row.value}, cmp = ${cmp}`,
        );
    }
  });
}
