// What the start is made of: each stage of it alone, in fresh pages, with the bytes of this build.
// What is then missing of the whole is waking the module, its first answers, and waiting for turns.
import { readFileSync } from "node:fs";
import { deflateSync } from "node:zlib";
import { wasm as gate } from "../../js/build/module.mjs";
import { packed } from "../../js/build/pack.mjs";
import { at } from "../../js/build/project.mjs";
import { assentWasm } from "../../js/build/section.mjs";
import { inFreshPage } from "./bench-loads.mjs";
import { spread } from "./spread.mjs";

/** In the order in which a page does them; the two forms differ only in how they come by the
 *  module. */
export const stagesOf = {
  pasted: ["parse", "unpack", "read script", "join", "compile"],
  "hosted, later view": ["base64", "inflate", "hash", "read script", "join", "compile"],
};

/** Runs in the page: one stage by itself, cold. `unpacking` is js/src/unpack.js as a script. */
async function stage({ which, code, unpacking, packed, wasm, gate, kept }) {
  const bytes = Uint8Array.fromBase64(wasm);
  const inside = Uint8Array.fromBase64(gate);
  const deflated = Uint8Array.from(atob(kept), (character) => character.charCodeAt());
  const { unpack } = new Function(`${unpacking};return unpacking`)();
  const stages = {
    parse: () => new Function("analytics", "browser", "init", "api", code),
    unpack: () => unpack(packed),
    join: () => new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports.join(),
    compile: () => new WebAssembly.Module(inside),
    "read script": () => {
      const script = new TextDecoder().decode(bytes).split("/**/")[1];
      return new Function("bytes", "room", script);
    },
    base64: () => Uint8Array.fromBase64(kept),
    inflate: async () => {
      const { readable, writable } = new DecompressionStream("deflate");
      const writer = writable.getWriter();
      Promise.all([writer.write(deflated), writer.close()]);
      const reader = readable.getReader();
      while (!(await reader.read()).done);
    },
    hash: () => crypto.subtle.digest("SHA-256", bytes),
  };
  const start = performance.now();
  await stages[which]();
  return performance.now() - start;
}

/** By stage, spreads of milliseconds; `code` is what is pasted. */
export async function measureStages(browser, code, loads) {
  const wasm = readFileSync(assentWasm);
  const given = {
    code,
    packed: readFileSync(packed("assent"), "utf8"),
    unpacking: await unpacking(),
    wasm: wasm.toString("base64"),
    gate: readFileSync(gate, "base64"),
    kept: deflateSync(wasm).toString("base64"),
  };
  const times = Object.fromEntries(
    Object.values(stagesOf)
      .flat()
      .map((which) => [which, []]),
  );
  for (let index = 0; index < loads; index++)
    for (const [which, all] of Object.entries(times))
      all.push(await inFreshPage(browser, (page) => page.evaluate(stage, { ...given, which })));
  return Object.fromEntries(Object.entries(times).map(([which, all]) => [which, spread(all)]));
}

/** js/src/unpack.js as a script that leaves its exports in `unpacking`. */
async function unpacking() {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [at("js", "src", "unpack.js")],
    bundle: true,
    write: false,
    minify: true,
    format: "iife",
    globalName: "unpacking",
    logLevel: "error",
  });
  return outputFiles[0].text;
}
