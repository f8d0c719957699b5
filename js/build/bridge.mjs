// The theme snippet: js/bridge/bridge.js, minified. A classic script, to be pasted between <script>
// tags into theme.liquid.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { at, Fault, step } from "./project.mjs";

export const bridgeSource = at("js", "bridge", "bridge.js");
export const bridge = at("js", "dist", "bridge.js");
/** Bytes. Every page of the shop carries the bridge, and no browser caches it. */
export const bridgeLimit = 1_400;

export function buildBridge() {
  return step("bridge", ["js/bridge", "js/build"], [bridge], async () => {
    const code = await bridgeCode();
    mkdirSync(at("js", "dist"), { recursive: true });
    writeFileSync(bridge, code);
    console.log(`  js/dist/bridge.js ${code.length} bytes`);
  });
}

export async function bridgeCode() {
  const esbuild = await import("esbuild");
  // Old syntax on purpose: a browser that cannot run the module must at least not stumble over the
  // theme's script.
  const { code } = await esbuild.transform(readFileSync(bridgeSource, "utf8"), {
    minify: true,
    legalComments: "none",
    target: "es2015",
    charset: "ascii",
  });
  check(code);
  return code;
}

/** Liquid reads the theme before the browser does, and neither shows the merchant a mistake. So it
 *  is a fault here. */
function check(code) {
  const faults = [];
  if (/<\/script|<!--/i.test(code)) faults.push("it contains what ends or hides an inline script");
  if (/\{\{|\{%/.test(code)) faults.push("Liquid would read a part of it as its own");
  if (/[^\x20-\x7e\n]/.test(code)) faults.push("it is not plain ASCII");
  if (code.length > bridgeLimit)
    faults.push(`it has ${code.length} bytes, ${bridgeLimit} are allowed`);
  if (faults.length > 0) throw new Fault(`the bridge cannot be pasted: ${faults.join("; ")}`);
}
