// The npm package: one ES module with everything inside.
import packed from "assent:packed";
import { enter } from "./enter.js";
import { wait } from "./room.js";
import { unpack } from "./unpack.js";

let begun = false;

/**
 * Runs Assent for this page view. Rejects with the reason where it cannot: then nothing is sent
 * from this page. A second call rejects too; the first goes on.
 *
 * @param {import("../assent.js").Sandbox} sandbox
 */
export async function start({ kind = "npm", ...sandbox }) {
  // A second one would report everything again.
  if (begun) throw new Error("it was started on this page already");
  begun = true;
  const room = { ...sandbox, kind };
  try {
    enter(await wait(room, () => unpack(packed)), room);
  } catch (error) {
    throw error instanceof Error ? error : new Error(error); // the module throws texts
  }
}
