// The module's table of functions, without what nobody calls through it. rustc, wasm-bindgen and
// wasm-opt each have to take every entry for used; which ones are not follows from how they came
// about, and that is told by the functions' names.
import { Fault } from "./project.mjs";
import { tableOf, withEntries } from "./wasm-file.mjs";

/** Every closure that is used as `dyn FnMut` brings, besides itself, a function that takes it by
 *  value, calls it and drops it. That would be for `Box<dyn FnOnce>`; and because nothing of ours has
 *  to be dropped, the closure itself, the next entry, does the same. */
const byValue = /^<(.*) as core\[\w+\]::ops::function::FnOnce<.*>>::call_once::\{shim:vtable#0\}$/;

/** How JavaScript would call Rust's closures and wake Rust's futures. js-sys brings these with every
 *  function that could be given one. */
const forJavaScript = /^<?(wasm_bindgen\[\w+\]::convert::closures|js_sys\[\w+\]::futures)::/;
/** How wasm-bindgen's JavaScript begins where a closure is given. */
const given = /\bmake(Mut)?Closure\b/;

/** The module with other entries in the place of those. wasm-opt then drops the functions, and the
 *  code that only they reach. */
export function withoutUncalled(module, glue) {
  if (given.test(glue))
    throw new Fault(
      "js/build/table.mjs takes away what calls closures of Rust's, and one is given",
    );
  const table = tableOf(module);
  const { types, names, entries } = table;
  // One and the same name is written in two ways.
  const nameOf = (entry) => names.get(entry)?.replaceAll("::<", "<") ?? "";
  const other = entries.find((entry) => !forJavaScript.test(nameOf(entry)));
  const left = entries.map((entry, at) => {
    if (forJavaScript.test(nameOf(entry))) return other;
    const next = entries[at + 1];
    const [, closure] = byValue.exec(nameOf(entry)) ?? [];
    return closure && nameOf(next) === closure && types[next] === types[entry] ? next : entry;
  });
  const fewer = new Set(entries).size - new Set(left).size;
  if (fewer < 50)
    throw new Fault(
      `of the table's functions only ${fewer} are not called: see js/build/table.mjs`,
    );
  return withEntries(module, table, left);
}
