// wasm-bindgen's JavaScript, cut to what one module for the whole life of a page needs. A piece that
// is not found is a Fault: after an update of wasm-bindgen its new text has to be read, not guessed.
// What each saves is of the module with the page view inside, deflated, in bytes.
import { Fault } from "./project.mjs";

const pieces = [
  // 209, and the module's code for growing a buffer. Strings in: encoded, then copied. The stock one
  // writes ASCII itself and grows its buffer for the rest.
  [
    /function passStringToWasm0\([\s\S]*?\n\}\n/,
    `function passStringToWasm0(text) {
    const bytes = cachedTextEncoder.encode(text);
    const ptr = wasm.__wbindgen_malloc(WASM_VECTOR_LEN = bytes.length, 1) >>> 0;
    getUint8ArrayMemory0().set(bytes, ptr);
    return ptr;
}
`,
  ],
  [/, wasm\.__wbindgen_malloc, wasm\.__wbindgen_realloc(?=\))/g, ""],
  [/if \(!\('encodeInto' in cachedTextEncoder\)\) \{[\s\S]*?\n\}\n/, ""],
  // 48. Strings out: without a new decoder after 2 GB of text.
  [
    /cachedTextDecoder\.decode\(\);\nconst MAX_SAFARI_DECODE_BYTES[\s\S]*?\n\}\n/,
    "const decodeText = (bytes) => cachedTextDecoder.decode(bytes);\n",
  ],
  // Instantiated once: a compiled module, or by what does it from bytes where there is no
  // WebAssembly (js/src/translate). The other ways in are left out with the default export.
  [
    /let wasmModule, wasmInstance, wasm;\n[\s\S]*$/,
    `let wasm;
const instantiated = (module, imports) => new WebAssembly.Instance(module, imports).exports;
function initSync(module, instantiate = instantiated) {
    wasm = instantiate(module, __wbg_get_imports());
    wasm.__wbindgen_start();
}

export { initSync };
`,
  ],
];

/** The glue as the snippet carries it. */
export function trimmed(glue) {
  return pieces.reduce((text, [piece, instead]) => {
    if (text.search(piece) < 0)
      throw new Fault(`wasm-bindgen's glue has changed: js/build/glue.mjs looks for ${piece}`);
    return text.replace(piece, instead);
  }, glue);
}

/** The module's exports that a glue uses. */
export const named = (glue) =>
  new Set([...glue.matchAll(/\bwasm\.(\w+)/g)].map(([, name]) => name));
