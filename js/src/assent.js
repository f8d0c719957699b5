// The module as one ES module: what a hosted snippet imports (loader.js), and what the npm package
// is. A loader pasted long ago calls the `start` of today, so what it is given may grow, and what
// it asks for must not.
import { initSync, Pixel } from "assent:glue";
import packed from "assent:wasm";
import { leg } from "./leg.js";
import { start as run } from "./start.js";
import { unpack } from "./unpack.js";

let begun = false;

/**
 * Runs Assent for this page view. Rejects with the reason where it cannot: then nothing is sent
 * from this page. A second call rejects too; the first goes on.
 *
 * @param {import("../assent.js").Sandbox} sandbox
 */
export async function start({ kind = "npm", gpc = signalled(), ...sandbox }) {
  // A second one would report everything again.
  if (begun) throw new Error("it was started on this page already");
  begun = true;
  try {
    initSync(await unpack(packed));
    await run(Pixel, { ...sandbox, kind, gpc }, leg);
  } catch (error) {
    throw error instanceof Error ? error : new Error(error); // the module throws texts
  }
}

/** Global Privacy Control; a worker's navigator may have lost it, so there it is unknown. */
const signalled = () =>
  typeof document === "undefined" ? undefined : navigator.globalPrivacyControl === true;
