// Bundles an entry to one file without import or wrapper.
import { readFileSync } from "node:fs";
import { glue } from "./module.mjs";
import { deflated, packed } from "./pack.mjs";

/** What every bundle is made of, besides its own entry. */
export const bundleInputs = ["js/src", "js/build", ".assent/module", "package-lock.json"];

/** Three names stand for what the build makes: "assent:glue" (wasm-bindgen's JavaScript) and, as
 *  strings, "assent:packed" (js/dist/assent.wasm, packed) and "assent:deflated" (the bare
 *  js/dist/pixel.wasm, only deflated, in base64). */
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

const built = {
  name: "assent",
  setup(build) {
    for (const [name, path, namespace] of [
      ["glue", glue],
      ["packed", packed("assent"), "text"],
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
