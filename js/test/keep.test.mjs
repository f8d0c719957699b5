// What the hosted form leaves in the shop's localStorage, and that a withdrawal leaves nothing.
import assert from "node:assert/strict";
import test from "node:test";
import { inflateSync } from "node:zlib";
import { keep } from "../src/keep.js";
import { sandbox } from "./sandbox.mjs";

/** Node has no base64 of its own for typed arrays yet. */
function withBase64(t) {
  const { fromBase64 } = Uint8Array;
  const { toBase64 } = Uint8Array.prototype;
  t.after(() => {
    Uint8Array.fromBase64 = fromBase64;
    Uint8Array.prototype.toBase64 = toBase64;
  });
  Uint8Array.fromBase64 ??= () => {};
  Uint8Array.prototype.toBase64 ??= function () {
    return Buffer.from(this).toString("base64");
  };
}

const bytes = Uint8Array.from({ length: 5000 }, (_, at) => at % 7);
function hosted() {
  const { room, device } = sandbox();
  return { room: Object.assign(room, { fetched: bytes.buffer, integrity: "sha256-x" }), device };
}

test("a module that was fetched is kept under its hash, and comes back byte for byte", async (t) => {
  withBase64(t);
  const { room, device } = hosted();
  await keep(room);
  const [hash, text] = device.storage["assent.module"].split(" ");
  assert.equal(hash, "sha256-x");
  assert.deepEqual(new Uint8Array(inflateSync(Buffer.from(text, "base64"))), bytes);
});

test("a withdrawal that comes while it is being kept leaves none behind", async (t) => {
  withBase64(t);
  const { room, device } = hosted();
  const kept = keep(room);
  room.fetched = undefined; // as page.js does when the module has it removed
  await kept;
  assert.deepEqual(device.storage, {});
});
