// The seed corpus: every value of tests/vectors/, under each target that could read it. `node
// tests/fuzz/seeds.mjs`
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const vectors = (name) => JSON.parse(readFileSync(path.join(here, "../vectors", name), "utf8"));
const corpus = { json: [], literal: [], base64: [], tcf: [], gpp: [], usp: [], device: [] };

for (const { store, key, value = "", companion = {} } of vectors("consent-records.json")) {
  const kind =
    [
      [/gpp/i, "gpp"],
      [/^(usprivacy|us_privacy|__cmpccpausps)$/, "usp"],
      [/consent-v2|__cmpconsent/, "tcf"],
      [/pandectes|didomi_token|ketch|cookiehub/, "base64"],
    ].find(([pattern]) => pattern.test(key))?.[1] ??
    (/^(%7B|[{[])(?!stamp)/.test(value) ? "json" : "literal");
  corpus[kind].push(value);
  const pairs = Object.entries({ [key]: value, ...companion }).map((pair) => pair.join("="));
  corpus.device.push(store === "cookie" ? pairs.join("; ") : ["", ...pairs].join("\n"));
}
for (const target of ["tcf", "gpp"]) {
  for (const { string } of vectors(`${target}.json`)) {
    corpus[target].push(string);
    corpus.device.push(`${target === "tcf" ? "euconsent-v2" : "__gpp"}=${string}`);
  }
}
for (const [target, texts] of Object.entries(corpus)) {
  const folder = path.join(here, "corpus", target);
  mkdirSync(folder, { recursive: true });
  for (const text of texts)
    writeFileSync(
      path.join(folder, createHash("sha256").update(text).digest("hex").slice(0, 16)),
      text,
    );
  console.log(`corpus/${target}: ${texts.length} seeds`);
}
