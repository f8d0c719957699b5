// The hosted form as it is built, as if it were a room alone: with what `wait` of room.js is given.
import { readFileSync } from "node:fs";
import { hosted } from "../build/snippet.mjs";

const body = readFileSync(hosted, "utf8");
const names = [
  "analytics",
  "browser",
  "init",
  "api",
  "ASSENT",
  "ASSENT_MODULE",
  "Function",
  "fetch",
  "console",
];
const run = new Function(...names, body);

/** Instead of asking for its module it calls `load`; what would begin the page view ends the wait.
 *  `room` then has what was heard. */
export const waitHosted = (room, load) =>
  new Promise((resolve, reject) => {
    const { analytics, init, customerPrivacy, settings } = room;
    const { cookie, localStorage } = room.browser;
    const getItem = (key) => (key === "assent.module" ? null : localStorage.getItem(key));
    let loaded;
    const fetch = async () => {
      loaded = await load();
      return new Response("/**//**/");
    };
    const begin = (_bytes, own) => {
      resolve(loaded);
      Object.assign(room, own, { settings });
    };
    function Begin() {
      return begin;
    }
    const warn = (line) => reject(new Error(line));
    run(
      analytics,
      { cookie, localStorage: { ...localStorage, getItem } },
      init,
      { customerPrivacy },
      settings,
      "sha256-x",
      Begin,
      fetch,
      { warn },
    );
    room.heard ??= [];
  });
