// The page view's JavaScript as it travels inside the module, in the custom section `assent`
// (js/build/section.mjs); enter.js evaluates it there, where a frame has both `module` and `room`.
import { ask, initSync, open } from "assent:glue"; // by name: the rest of the glue then stays out
import { joined } from "./join.js";
import { leg } from "./leg.js";
import { run } from "./page.js";

/* global module, room */
room.kind ??= "custom";
// Global Privacy Control. A worker's navigator may have lost it, so there it is unknown.
room.gpc ??= typeof document === "undefined" ? null : navigator.globalPrivacyControl === true;
initSync(new WebAssembly.Module(joined(module)));
run({ open, ask }, room, leg);
