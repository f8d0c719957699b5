// Bundles an entry to one file without import or wrapper.
import { readFileSync } from "node:fs";
import { glue } from "./module.mjs";
import { packed } from "./pack.mjs";

/** What every bundle is made of, besides its own entry. */
export const bundleInputs = ["js/src", "js/build", ".assent/module", "package-lock.json"];

/** Three names stand for what the build makes: "assent:glue" (wasm-bindgen's JavaScript), and as
 *  packed texts "assent:module" (js/dist/assent.wasm) and "assent:bare" (js/dist/pixel.wasm). */
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
    build.onResolve({ filter: /^assent:glue$/ }, () => ({ path: glue, sideEffects: false }));
    const packedAs = (name, file) => {
      build.onResolve({ filter: new RegExp(`^assent:${name}$`) }, () => ({
        path: packed(file),
        namespace: "packed",
      }));
    };
    packedAs("module", "assent");
    packedAs("bare", "pixel");
    build.onLoad({ filter: /.*/, namespace: "packed" }, ({ path }) => ({
      contents: readFileSync(path, "utf8"),
      loader: "text",
    }));
  },
};
