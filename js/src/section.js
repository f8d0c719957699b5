// The page view's JavaScript as it travels inside the module, in the custom section `assent`
// (js/build/section.mjs); enter.js evaluates it there, where a frame has both `bytes` and `room`.
import { ask, initSync, open } from "assent:glue"; // by name: the rest of the glue then stays out
import { joined } from "./join.js";
import { leg } from "./leg.js";
import { begin } from "./waited.js";

/* global bytes, room */
room.kind ??= "custom";
// Global Privacy Control. A worker's navigator may have lost it, so there it is unknown.
room.gpc ??= typeof document === "undefined" ? null : navigator.globalPrivacyControl === true;
// A hosted page has either found these bytes in the shop's localStorage, by their digest, or fetched
// them.
if (room.integrity && !room.integrity.endsWith(room.digest)) {
  room.fetched = bytes;
  if (room.digest) console.warn("[assent] assent.module has another hash, and is loaded anew");
}
// Compiled synchronously, both: for modules of this size that is twice as fast as asynchronously, in
// every engine.
initSync(new WebAssembly.Module(joined(new WebAssembly.Module(bytes))));
begin({ open, ask }, room, leg);
