// The sequence of the module's functions, so that like stands beside like: what deflate has seen
// lately costs it little. The module does the same in any sequence; docs/size.md says what this
// buys.
import { functionsOf, leb, section } from "./wasm-file.mjs";

/** Bytes in a row that two functions have to share to be alike in them. */
const piece = 6;
/** Bytes of code before a function that it is compared with. Of 1,000 to 8,000 tried, the best, sorted
 *  twice (js/build/module.mjs). */
const reach = 1000;
/** Bytes that a function is taken to have besides its own. Without them the shortest ones, which are
 *  like everything, would all come first. */
const dampening = 30;

/** The module with a section of names that sort its functions: wasm-opt does the rest, with
 *  `--reorder-functions-by-name`. */
export function namedByLikeness(module) {
  const { imported, bodies } = functionsOf(module);
  const names = placesOf(bodies).map((place, at) => {
    const name = Buffer.from(String(place).padStart(5, "0"));
    return Buffer.concat([leb(imported + at), leb(name.length), name]);
  });
  const functions = Buffer.concat([leb(names.length), ...names]);
  const content = Buffer.concat([Buffer.of(1), leb(functions.length), functions]);
  return Buffer.concat([module, section("name", content)]);
}

/** Each function's place: the longest comes first, then always the one that is most like what came
 *  last. */
function placesOf(bodies) {
  const { pieces, count } = piecesOf(bodies);
  /** How often each piece stands in the functions within reach. */
  const seen = new Uint32Array(count);
  const left = new Set(bodies.keys());
  const within = [];
  const places = [];
  let bytes = 0;
  let next = bodies.reduce((most, { length }, at) => (length > bodies[most].length ? at : most), 0);
  for (let place = 0; left.size > 0; place++) {
    places[next] = place;
    left.delete(next);
    within.push(next);
    bytes += bodies[next].length;
    for (const one of pieces[next]) seen[one]++;
    while (bytes > reach && within.length > 1) {
      const oldest = within.shift();
      bytes -= bodies[oldest].length;
      for (const one of pieces[oldest]) seen[one]--;
    }
    next = mostAlike(left, pieces, seen);
  }
  return places;
}

function mostAlike(left, pieces, seen) {
  let [best, most] = [undefined, -1];
  for (const at of left) {
    const shared = pieces[at].reduce((sum, one) => sum + Math.min(seen[one], 1), 0);
    const likeness = shared / (pieces[at].length + dampening);
    if (likeness > most) [best, most] = [at, likeness];
  }
  return best;
}

/** The pieces of each function as numbers, each piece once. */
function piecesOf(bodies) {
  const numbers = new Map();
  const numberOf = (text) => numbers.get(text) ?? numbers.set(text, numbers.size).get(text);
  const pieces = bodies.map((body) => {
    const own = new Set();
    for (let at = 0; at + piece <= body.length; at++)
      own.add(numberOf(body.toString("latin1", at, at + piece)));
    return Uint32Array.from(own);
  });
  return { pieces, count: numbers.size };
}
