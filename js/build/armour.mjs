// The other half of js/src/armour.js.
const character = (digit) =>
  String.fromCharCode(digit === 25 ? 33 : digit === 57 ? 126 : digit + 35);

/** Bytes as text for a double-quoted string literal, 13 bits in two characters, the last six or
 *  fewer in one. */
export function armour(bytes) {
  const parts = [];
  let bits = 0;
  let count = 0;
  const emit = () => {
    const value = bits & 8191;
    parts.push(character(value % 91), ...(count > 6 ? [character(Math.floor(value / 91))] : []));
    bits >>>= 13;
    count -= 13;
  };
  for (const byte of bytes) {
    bits |= byte << count;
    count += 8;
    if (count >= 13) emit();
  }
  if (count > 0) emit();
  return parts.join("");
}
