// DEFLATE in JavaScript (RFC 1951), for a worker without DecompressionStream: Safari before 16.4,
// Firefox before 113. Some ten times slower than the browser's own, and only there.

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/**
 * Inflates what was deflated with a checksum (RFC 1950) into the front of `into`. Throws if it
 * breaks off or is no DEFLATE; the checksum is not looked at: the text is our own script's.
 *
 * @param {Uint8Array} bytes
 * @param {Uint8Array} into
 * @returns {Uint8Array}
 */
export function inflated(bytes, into) {
  let at = 16; // bits; behind the header
  let length = 0;
  const bits = (count) => {
    let value = 0;
    for (let bit = 0; bit < count; bit++, at++) {
      if (at >> 3 >= bytes.length) throw new RangeError("it breaks off");
      value |= ((bytes[at >> 3] >> (at & 7)) & 1) << bit;
    }
    return value;
  };
  /** A code by the lengths of its words: reads the next one. */
  const codeOf = (lengths) => {
    const counts = new Array(16).fill(0);
    for (const one of lengths) counts[one] += one > 0;
    const symbols = [];
    for (let long = 1; long < 16; long++)
      lengths.forEach((one, symbol) => {
        if (one === long) symbols.push(symbol);
      });
    return () => {
      let [code, first, index] = [0, 0, 0];
      for (let long = 1; long < 16; long++) {
        code |= bits(1);
        if (code - first < counts[long]) return symbols[index + code - first];
        index += counts[long];
        first = (first + counts[long]) << 1;
        code <<= 1;
      }
      throw new RangeError("no word of the code");
    };
  };
  const copy = (literals, distances) => {
    for (;;) {
      const symbol = literals();
      if (symbol === 256) return;
      if (symbol < 256) {
        into[length++] = symbol;
        continue;
      }
      // RFC 1951, 3.2.5: four lengths, then four distances' words, for each number of further bits.
      const more = symbol < 265 ? 0 : symbol === 285 ? 0 : (symbol - 261) >> 2;
      const long =
        symbol === 285
          ? 258
          : symbol < 265
            ? symbol - 254
            : ((4 + ((symbol - 265) & 3)) << more) + 3 + bits(more);
      const far = distances();
      const further = far < 4 ? 0 : (far >> 1) - 1;
      const back = far < 4 ? far + 1 : ((2 + (far & 1)) << further) + 1 + bits(further);
      for (let left = long; left > 0; left--, length++) into[length] = into[length - back];
    }
  };
  for (let isLast = 0; !isLast; ) {
    isLast = bits(1);
    const kind = bits(2);
    if (kind === 0) {
      at = (at + 7) & ~7;
      const count = bits(16);
      bits(16);
      for (let left = count; left > 0; left--) into[length++] = bits(8);
    } else if (kind === 1) {
      const fixed = Array.from({ length: 288 }, (_, symbol) =>
        symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8,
      );
      copy(codeOf(fixed), codeOf(new Array(30).fill(5)));
    } else {
      const [literals, distances, words] = [bits(5) + 257, bits(5) + 1, bits(4) + 4];
      const lengths = new Array(19).fill(0);
      for (let word = 0; word < words; word++) lengths[order[word]] = bits(3);
      const word = codeOf(lengths);
      const all = [];
      while (all.length < literals + distances) {
        const symbol = word();
        if (symbol < 16) all.push(symbol);
        else {
          const [value, times] =
            symbol === 16
              ? [all[all.length - 1], 3 + bits(2)]
              : [0, symbol === 17 ? 3 + bits(3) : 11 + bits(7)];
          for (let left = times; left > 0; left--) all.push(value);
        }
      }
      copy(codeOf(all.slice(0, literals)), codeOf(all.slice(literals)));
    }
  }
  return into.subarray(0, length);
}
