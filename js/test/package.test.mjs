import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test, { after, before } from "node:test";
import { pathToFileURL } from "node:url";
import { at } from "../build/project.mjs";
import { pasteLimit } from "../build/snippet.mjs";
import { example, install, pasted } from "./package.mjs";
import { permitted, sandbox } from "./sandbox.mjs";

const settings = {
  shop: "acme.myshopify.com",
  pixelCode: "C4EXAMPLE0000000000",
  endpoint: "https://events.example.com",
  pixelScript: "https://analytics.tiktok.com/i18n/pixel/events.js",
  cmp: "shopify",
  undecided: "hold",
  categories: [],
  storefronts: ["shop.acme.example"],
  contentId: "variant",
  value: "total",
  urlParameters: [],
  urlPaths: ["apps/quiz"],
  secretPaths: "server",
  events: { AddToCart: ["server"] },
  customEvents: { joined: { event: "Subscribe", to: ["browser", "server"] } },
  debug: false,
};
const json = (...parts) => JSON.parse(readFileSync(at(...parts), "utf8"));
const tsc = at("node_modules", "typescript", "bin", "tsc");
let folder, files;

before(() => {
  folder = mkdtempSync(path.join(tmpdir(), "assent-package-"));
  files = install(folder);
});
after(() => rmSync(folder, { recursive: true }));

test("the package is the module, its types, licences and README, in the version of everything else", () => {
  assert.deepEqual(files, [
    "LICENSE",
    "README.md",
    "THIRD-PARTY-NOTICES.txt",
    "assent.d.ts",
    "dist/assent.js",
    "package.json",
  ]);
  assert.equal(json("js", "package.json").version, json("package.json").version);
  assert.equal(readFileSync(at("js", "LICENSE"), "utf8"), readFileSync(at("LICENSE"), "utf8"));
});

test("README's pixel becomes one classic function body that can be pasted", () => {
  const text = pasted(folder, settings);
  assert.doesNotThrow(() => new Function("analytics", "browser", "init", "api", text));
  assert.match(text, /^[\x20-\x7e\n]*$/);
  assert.doesNotMatch(text, /<\/script|<!--/i);
  assert.ok(text.length <= pasteLimit, `${text.length} bytes, ${pasteLimit} may be stored`);
});

/** What TypeScript says of a scratch file in the folder; nothing where it is right. */
function typeErrors(code) {
  writeFileSync(path.join(folder, "pixel.ts"), code);
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings));
  const options = [
    "--noEmit",
    "--strict",
    "--target",
    "es2022",
    "--module",
    "esnext",
    "--moduleResolution",
    "bundler",
    "--resolveJsonModule",
  ];
  return spawnSync(process.execPath, [tsc, ...options, "pixel.ts"], {
    cwd: folder,
    encoding: "utf8",
  }).stdout;
}

test("the types admit README's pixel and settings, and refuse what would not run", () => {
  const wrapper = "declare const analytics: any, browser: any, init: any, api: any;\n";
  assert.equal(typeErrors(wrapper + example), "");
  const all = "analytics, browser, init, customerPrivacy: api.customerPrivacy";
  const wrong = {
    "no settings": `start({ ${all} });`,
    "no customerPrivacy": "start({ analytics, browser, init, settings });",
    "another kind": `start({ ${all}, settings, kind: "theme" });`,
    "settings without cmp": `const { cmp, ...rest } = settings; start({ ${all}, settings: rest });`,
    "a list where a word is": `start({ ${all}, settings: { ...settings, undecided: ["hold"] } });`,
    "a result": `const stop: () => void = start({ ${all}, settings });`,
  };
  const lines = Object.entries(wrong).map(
    ([what, code]) => `// ${what}\n{\n// @ts-expect-error\n${code}\n}`,
  );
  assert.equal(
    typeErrors(
      `${wrapper}import { start } from "assent-pixel";\nimport settings from "./settings.json";\n${lines.join("\n")}`,
    ),
    "",
  );
});

test("start rejects with an Error that says why, and runs once only", async () => {
  const { start } = await import(
    path.join(folder, "node_modules", "assent-pixel", "dist", "assent.js")
  );
  const { room } = sandbox({ privacy: permitted, settings: { shop: "acme" } });
  await assert.rejects(
    start(room),
    (error) => error instanceof Error && /settings cannot be read/.test(error.message),
  );
  await assert.rejects(start({ ...room, settings }), /was started on this page already/);
});

test("start rejects where Shopify's page refuses a subscription", async () => {
  const installed = path.join(folder, "node_modules", "assent-pixel", "dist", "assent.js");
  const { start } = await import(`${pathToFileURL(installed)}?again`);
  const refuse = () => {
    throw new Error("no such event");
  };
  await assert.rejects(start(sandbox({ settings, subscribe: refuse }).room), /no such event/);
});
