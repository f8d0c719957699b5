/** Where js/src/columns.wat puts the file. */
const file = 0x80000;

/**
 * The gate's module, which js/dist/assent.wasm has inside itself in columns (js/build/columns.mjs).
 *
 * @param {WebAssembly.Module} module js/dist/assent.wasm
 * @returns {Uint8Array}
 */
export function joined(module) {
  const { memory, join } = new WebAssembly.Instance(module).exports;
  return new Uint8Array(memory.buffer).subarray(file, join());
}
