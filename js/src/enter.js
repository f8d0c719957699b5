/**
 * Begins the page view with what waited in the room. Its JavaScript is inside the module, as the
 * custom section `assent` (js/build/section.mjs): there it is compressed with the rest, and costs
 * half of what it would cost beside it. Throws where the browser cannot: then nothing runs.
 *
 * @param {BufferSource} bytes js/dist/assent.wasm
 * @param {import("./room.js").Room} room
 */
export function enter(bytes, room) {
  // Compiled synchronously: for a module of this size that is twice as fast as asynchronously, in
  // every engine.
  const module = new WebAssembly.Module(bytes);
  const [code] = WebAssembly.Module.customSections(module, "assent");
  new Function("module", "room", new TextDecoder().decode(code))(module, room);
}
