// The custom pixel's code: js/src/snippet.js with the module's glue and its compressed bytes
// inside, as one function body. `assent snippet` puts `const ASSENT = {settings};` on top; the body
// reads that free variable, and Shopify's wrapper gives it `analytics`, `browser`, `init` and
// `api`.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { glue } from "./module.mjs";
import { deflated, packed } from "./pack.mjs";
import { at, Fault, step } from "./project.mjs";

export const snippet = at("js", "dist", "snippet.js");
/** What Shopify may store of a custom pixel, in bytes (docs/facts/shopify.md#size); settings need a part of it. */
export const pasteLimit = 64_000;
const settingsAllowance = 2_000;

/** What every bundle is made of, besides its own entry. */
export const packingInputs = [
  "js/src",
  "js/build",
  ".assent/module",
  ".assent/pack",
  "package-lock.json",
];

export function buildSnippet() {
  return step("snippet", packingInputs, [snippet], async () => {
    const body = await bundle(at("js", "src", "snippet.js"));
    check("js/dist/snippet.js", body, ["ASSENT"]);
    mkdirSync(at("js", "dist"), { recursive: true });
    writeFileSync(snippet, body);
    // Not a fault of the build: a test holds the limit, and `assent snippet` refuses to print what
    // cannot be pasted.
    const over = body.length + settingsAllowance - pasteLimit;
    console.log(
      `  js/dist/snippet.js ${body.length} bytes${over > 0 ? `: ${over} too many to paste with its settings` : ""}`,
    );
  });
}

/** Bundles an entry to one file without import or wrapper. Three names stand for what the
 *  build makes: "assent:glue" (wasm-bindgen's JavaScript) and, as strings, "assent:wasm" (the
 *  module, packed) and "assent:deflated" (the module, only deflated, in base64). */
export async function bundle(entry, format = "esm") {
  const esbuild = await import("esbuild");
  const result = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    // An ES module without exports is printed as bare statements; top-level names are free to be
    // shortened, ASSENT and the wrapper's locals are not ours and keep theirs.
    format,
    platform: "browser",
    target: "es2022",
    charset: "ascii",
    treeShaking: true,
    plugins: [built],
  });
  return `${result.outputFiles[0].text.trimEnd()}\n`;
}

/** The module as the snippet carries it. */
export const packedModule = () => readFileSync(packed("pixel"), "utf8");

const built = {
  name: "assent",
  setup(build) {
    for (const [name, path, namespace] of [
      ["glue", glue],
      ["wasm", packed("pixel"), "text"],
      ["deflated", deflated("pixel"), "text"],
    ]) {
      const resolved = { path, namespace, sideEffects: false };
      build.onResolve({ filter: new RegExp(`^assent:${name}$`) }, () => resolved);
    }
    build.onLoad({ filter: /.*/, namespace: "text" }, ({ path }) => ({
      contents: readFileSync(path, "utf8"),
      loader: "text",
    }));
  },
};

/** Shopify pastes the code into a function of a classic inline script; there a mistake is silent,
 *  so it is one here. `given` are the constants that `assent snippet` puts on top. */
export function check(file, body, given) {
  const faults = [];
  try {
    new Function(
      "analytics",
      "browser",
      "init",
      "api",
      `const ${given.map((name) => `${name}={}`)};${body}`,
    );
  } catch (error) {
    faults.push(`it is not a function body: ${error.message}`);
  }
  if (/<\/script|<!--/i.test(body)) faults.push("it contains what ends or hides an inline script");
  if (/[^\x20-\x7e\n\t]/.test(body)) faults.push("it is not plain ASCII");
  const unread = given.filter((name) => !new RegExp(`\\b${name}\\b`).test(body));
  if (unread.length > 0) faults.push(`it never reads ${unread.join(" and ")}`);
  if (faults.length > 0) throw new Fault(`${file} was not written: ${faults.join("; ")}.`);
}
