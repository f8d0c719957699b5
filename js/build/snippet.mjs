// What a merchant pastes: the custom pixel whole or hosted, and the probe, each as one function
// body. `assent snippet` puts constants on top; the body reads these free variables, and Shopify's
// wrapper gives it `analytics`, `browser`, `init` and `api`.
import { mkdirSync, writeFileSync } from "node:fs";
import { bundle, bundleInputs } from "./bundle.mjs";
import { at, Fault, step } from "./project.mjs";

export const snippet = at("js", "dist", "snippet.js");
export const hosted = at("js", "dist", "hosted.js");
export const hostedDebug = at("js", "dist", "hosted-debug.js");
export const probe = at("js", "dist", "probe.js");
/** What Shopify may store of a custom pixel, in bytes (docs/facts/shopify.md#size); settings need a part of it. */
export const pasteLimit = 64_000;
const settingsAllowance = 2_000;

export const buildSnippet = () =>
  buildPasted("snippet", snippet, ["ASSENT"], [...bundleInputs, ".assent/pack/assent.packed"]);
export const buildHosted = () => buildPasted("hosted", hosted, ["ASSENT", "ASSENT_MODULE"]);
export const buildHostedDebug = () =>
  buildPasted("hosted-debug", hostedDebug, ["ASSENT", "ASSENT_MODULE"]);
export const buildProbe = () => buildPasted("probe", probe, []);

/** `given` are the constants that come on top. */
function buildPasted(name, file, given, inputs = bundleInputs) {
  return step(`${name}.js`, inputs, [file], async () => {
    const body = await bundle(at("js", "src", `${name}.js`));
    check(`js/dist/${name}.js`, body, given);
    mkdirSync(at("js", "dist"), { recursive: true });
    writeFileSync(file, body);
    // Not a fault of the build: a test holds the limit, and `assent snippet` refuses to print what
    // cannot be pasted.
    const over = body.length + settingsAllowance - pasteLimit;
    console.log(
      `  js/dist/${name}.js ${body.length} bytes${over > 0 ? `: ${over} too many to paste with its settings` : ""}`,
    );
  });
}

/** Shopify pastes the code into a function of a classic inline script; there a mistake is silent,
 *  so it is one here. */
function check(file, body, given) {
  const faults = [];
  try {
    new Function(
      "analytics",
      "browser",
      "init",
      "api",
      `${given.map((name) => `const ${name}={};`).join("")}${body}`,
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
