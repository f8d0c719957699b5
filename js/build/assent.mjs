// The npm package's one file: js/src/assent.js, bundled to an ES module with everything inside.
import { mkdirSync, writeFileSync } from "node:fs";
import { bundle, bundleInputs } from "./bundle.mjs";
import { at, step } from "./project.mjs";

export const assent = at("js", "dist", "assent.js");

export function buildAssent() {
  return step("ES module", [...bundleInputs, ".assent/pack/assent.packed"], [assent], async () => {
    const module = await bundle(at("js", "src", "assent.js"));
    mkdirSync(at("js", "dist"), { recursive: true });
    writeFileSync(assent, module);
    console.log(`  js/dist/assent.js ${module.length} bytes`);
  });
}
