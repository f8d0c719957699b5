// What the start is made of: each stage of it alone, in fresh pages, with the bytes of this build.
// What is then missing of the whole is waking the module, its first answers, and waiting for turns.
import { existsSync, readFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import { at } from "../../js/build/project.mjs";
import { packedModule } from "../../js/build/snippet.mjs";
import { inFreshPage } from "./bench-loads.mjs";
import { spread } from "./spread.mjs";

const dist = (name) => at("js", "dist", name);

/** Runs in the page; each stage by itself, cold. `unpacking` is js/src/unpack.js as a script. */
async function stage({ which, code, unpacking, packed, wasm, kept }) {
  const bytes = Uint8Array.fromBase64(wasm);
  const stages = {
    parse: () => new Function("analytics", "browser", "init", "api", code),
    unpack: () => unpack(packed),
    compile: () => new WebAssembly.Module(bytes),
    "read script": () => {
      const section = WebAssembly.Module.customSections(compiled, "assent")[0];
      return new Function(new TextDecoder().decode(section));
    },
    base64: () => Uint8Array.fromBase64(kept),
    inflate: async () => {
      const stream = new DecompressionStream("deflate-raw");
      const writer = stream.writable.getWriter();
      writer.write(shrunk);
      writer.close();
      const reader = stream.readable.getReader();
      while (!(await reader.read()).done);
    },
    hash: () => crypto.subtle.digest("SHA-256", bytes),
  };
  const unpack = unpacking && new Function(`${unpacking};return unpacking.unpack`)();
  const compiled = which === "read script" ? new WebAssembly.Module(bytes) : null;
  const shrunk = which === "inflate" ? Uint8Array.fromBase64(kept) : null;
  const start = performance.now();
  await stages[which]();
  return performance.now() - start;
}

/** By stage, spreads of milliseconds; the stages of another form of the build are left out. */
export async function measureStages(browser, code, loads) {
  const wasm = readFileSync(
    existsSync(dist("assent.wasm")) ? dist("assent.wasm") : dist("pixel.wasm"),
  );
  const given = {
    code,
    packed: packedModule(),
    unpacking: await unpacking(),
    wasm: wasm.toString("base64"),
    kept: deflateRawSync(wasm, { level: 9 }).toString("base64"),
  };
  const section = WebAssembly.Module.customSections(new WebAssembly.Module(wasm), "assent");
  const which = [
    "parse",
    ...(given.unpacking ? ["unpack"] : []),
    "compile",
    ...(section.length > 0 ? ["read script"] : []),
    "base64",
    "inflate",
    "hash",
  ];
  const times = Object.fromEntries(which.map((one) => [one, []]));
  for (let index = 0; index < loads; index++)
    for (const one of which)
      times[one].push(
        await inFreshPage(browser, (page) => page.evaluate(stage, { ...given, which: one })),
      );
  return Object.fromEntries(Object.entries(times).map(([one, all]) => [one, spread(all)]));
}

/** js/src/unpack.js as a script that leaves its exports in `unpacking`. */
async function unpacking() {
  if (!existsSync(at("js", "src", "unpack.js"))) return null;
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
