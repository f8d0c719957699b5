import deflated from "assent:deflated";
import { inflate } from "../../js/src/inflate.js";
import { inflated } from "../../js/src/inflated.js";

/** Bytes: four times what the module has. */
const most = 0x80000;

/**
 * The module. Not packed as the custom pixel's is: unpacking that takes five times as long where
 * WebAssembly has been taken away, and here is room for the 15,000 bytes that packing would save
 * (docs/size.md).
 */
export const moduleBytes = async () =>
  (globalThis.DecompressionStream ? inflate : inflated)(decoded(), new Uint8Array(most));

/** Without the first, which Chromium has since 140, it takes some milliseconds. */
const decoded = () =>
  Uint8Array.fromBase64?.(deflated) ??
  Uint8Array.from(atob(deflated), (character) => character.charCodeAt());
