// The build tool (src/bindgen), and the environment in which what a browser runs is compiled.
import { cargoWith } from "./project.mjs";

/** What a developer may have set and must not reach the module, or theirs is another one than
 *  everybody's: `CARGO_INCREMENTAL=1` alone gives other bytes, and RUSTFLAGS would take the place of
 *  those in module.mjs. `npm run reproduce` shows that nothing else of the machine does. */
export function undisturbed(env = process.env) {
  const flags = ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "CARGO_BUILD_RUSTFLAGS"];
  const wrappers = ["RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER"];
  const profile = Object.keys(env).filter((name) =>
    /^CARGO_(PROFILE_(WASM|RELEASE)|TARGET_WASM32_UNKNOWN_UNKNOWN)_/.test(name),
  );
  const unset = [...flags, ...wrappers, ...profile].map((name) => [name, undefined]);
  return { ...Object.fromEntries(unset), CARGO_INCREMENTAL: "0" };
}

/** `assent-bindgen` and `assent-deflate`, pinned by Cargo.lock. */
export function buildTool() {
  cargoWith(undisturbed(), "build", "--locked", "--profile", "tool", "-p", "assent-bindgen");
}
