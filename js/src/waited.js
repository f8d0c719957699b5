import { run } from "./page.js";

/**
 * Begins the page view with what waited in a room (room.js, hosting.js), which kept it as it came.
 *
 * @param {Parameters<typeof run>[0]} door
 * @param {import("./room.js").Room} room
 * @param {Parameters<typeof run>[2]} [leg]
 */
export function begin(door, room, leg) {
  room.heard = recalled(room.heard);
  run(door, room, leg);
  const { hear } = room;
  // A look that was still going on is none of the page view's.
  room.hear = (kind, told) => kind === "cookie" || hear(toldAs(kind, told));
}

/** What was heard, each with the device as it was last seen by then. Of that only the cookies:
 *  nothing that a denial could be read from is among the traces. */
export function recalled(all) {
  let jar = { cookie: false, storage: {} };
  const heard = [];
  for (const [kind, told, now] of all) {
    if (kind !== "cookie") heard.push({ heard: toldAs(kind, told), jar, now });
    else {
      // What was heard before the first look was heard by the device as that look found it.
      if (jar.cookie !== false) jar = { ...jar };
      jar.cookie = told ?? false;
    }
  }
  return heard;
}

/** What is nothing, or no object, says nothing; but it was said. */
const toldAs = (kind, told) => ({ [kind]: (typeof told === "object" && told) || {} });
