/**
 * Begins the page view with what waited in the room. Its JavaScript is inside the module, as the
 * custom section `assent` (js/build/section.mjs), between two signs: there it is compressed with the
 * rest, and costs half of what it would cost beside it. Throws where the browser cannot: then nothing
 * runs.
 *
 * @param {BufferSource} bytes js/dist/assent.wasm
 * @param {import("./room.js").Room} room
 */
export function enter(bytes, room) {
  const code = new TextDecoder().decode(bytes).split("/**/")[1];
  new Function("bytes", "room", code)(bytes, room);
}
