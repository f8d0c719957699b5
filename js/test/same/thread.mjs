// A build in a thread of its own: scripts come as messages, and each is answered with the text of
// its answers.
import { parentPort, workerData } from "node:worker_threads";
import { instance } from "../builds.mjs";
import { replay } from "./play.mjs";

let door;

async function answer(script) {
  door ??= await instance(workerData);
  try {
    return { text: JSON.stringify(replay(door, script)) };
  } catch (error) {
    door = undefined; // after a trap the instance is dead
    return { trap: error.stack };
  }
}

let turn = Promise.resolve();
parentPort.on(
  "message",
  (script) => (turn = turn.then(async () => parentPort.postMessage(await answer(script)))),
);
