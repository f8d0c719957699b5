// A build in a thread of its own: scripts come as messages, and each is answered with the text of
// its answers.
import { parentPort, workerData } from "node:worker_threads";
import { instance } from "../builds.mjs";
import { replay } from "./play.mjs";

/** Scripts that one instance serves. Its pages are never freed (a browser's page has one), and the
 *  memory fills with them. */
const most = 1000;
let Pixel;
let left = 0;

async function answer(script) {
  if (left === 0) [Pixel, left] = [await instance(workerData), most];
  left -= 1;
  try {
    return { text: JSON.stringify(replay(Pixel, script)) };
  } catch (error) {
    left = 0; // after a trap the instance is dead
    return { trap: error.stack };
  }
}

let turn = Promise.resolve();
parentPort.on(
  "message",
  (script) => (turn = turn.then(async () => parentPort.postMessage(await answer(script)))),
);
