// js/src/assent.js, bundled: one ES module with everything inside, for the endpoint to serve and
// for the npm package. And the loader, which is pasted where the endpoint serves the module,
// exactly as js/src/loader.js is written.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";
import { at, step } from "./project.mjs";
import { bundle, check, packingInputs } from "./snippet.mjs";

export const assent = at("js", "dist", "assent.js");
/** For browsers that accept brotli (over https all do): a fifth less to load. */
export const assentCompressed = `${assent}.br`;
const loader = at("js", "dist", "loader.js");

export function buildAssent() {
  return step(
    "ES module and loader",
    packingInputs,
    [assent, assentCompressed, loader],
    async () => {
      const module = await bundle(at("js", "src", "assent.js"));
      const compressed = brotliCompressSync(module);
      const body = readFileSync(at("js", "src", "loader.js"), "utf8");
      check("js/dist/loader.js", body, ["ASSENT", "ASSENT_MODULE"]);
      mkdirSync(at("js", "dist"), { recursive: true });
      for (const [file, content] of [
        [assent, module],
        [assentCompressed, compressed],
        [loader, body],
      ])
        writeFileSync(file, content);
      console.log(
        `  js/dist/assent.js ${module.length} bytes, ${compressed.length} by brotli; js/dist/loader.js ${body.length} bytes`,
      );
    },
  );
}
