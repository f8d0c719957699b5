// The custom pixel, hosted, for a shop with `debug = true`: it says besides what waits in the room.
import { room } from "./hosting.js";

/* global init */
const done = "waits for Shopify's permission";
const { hear } = room;
/** What is said once the device has been looked at: then it is known whether it waits. */
const words = ["start"];

const say = (event) => {
  // Later: the look may just be opening the room. One that is open has asked for its module.
  setTimeout(() => {
    if (!room.isOpen)
      console.info(`[assent] ${event}: ${done}`, { event, decision: "unknown", done });
  });
};

if (/[?&]assent_debug/.test(JSON.stringify(init)))
  room.hear = (kind, told) => {
    hear(kind, told);
    if (kind === "event") say(told?.name);
    else if (kind !== "cookie") words.push("consent");
    else if (words[0]) say(words.shift());
  };
