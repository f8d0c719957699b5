// The app extension: extension/src with the module's glue, its compressed bytes and the translation
// inside, as one classic script. Whoever deploys it puts that file into their app as it is.
import { mkdirSync, writeFileSync } from "node:fs";
import { bundle, bundleInputs } from "./bundle.mjs";
import { at, Fault, step } from "./project.mjs";

export const extension = at("extension", "dist", "assent-extension.js");
/** Shopify's own limit is 128 KiB; the rest is room for what an app adds. */
export const extensionLimit = 96 * 1024;

const inputs = ["extension/src", ...bundleInputs, ".assent/pack/pixel.deflated"];

export function buildExtension() {
  return step("app extension", inputs, [extension], async () => {
    const script = await bundle(at("extension", "src", "index.js"), "iife");
    check(script);
    mkdirSync(at("extension", "dist"), { recursive: true });
    writeFileSync(extension, script);
    console.log(`  extension/dist/assent-extension.js ${script.length} bytes of ${extensionLimit}`);
  });
}

/** Shopify's worker loads the script by importScripts, after the Shopify CLI has bundled it once
 *  more. */
function check(script) {
  const faults = [];
  try {
    new Function("shopify", script);
  } catch (error) {
    faults.push(`it is not a classic script: ${error.message}`);
  }
  if (/[^\x20-\x7e\n\t]/.test(script)) faults.push("it is not plain ASCII");
  if (script.length > extensionLimit)
    faults.push(`it has ${script.length} bytes, ${script.length - extensionLimit} too many`);
  if (faults.length > 0)
    throw new Fault(`extension/dist/assent-extension.js was not written: ${faults.join("; ")}.`);
}
