// WebAssembly written by hand (js/src/*.wat), assembled.
import { mkdirSync, readFileSync } from "node:fs";
import { at, run, state } from "./project.mjs";

/** Every engine that has DecompressionStream has bulk memory too. */
export function assembled(name) {
  mkdirSync(state("pack"), { recursive: true });
  const file = state("pack", `${name}.wasm`);
  run(process.execPath, [
    at("node_modules", "binaryen", "bin", "wasm-opt"),
    at("js", "src", `${name}.wat`),
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "-Oz",
    "--converge",
    "-o",
    file,
  ]);
  return readFileSync(file);
}
