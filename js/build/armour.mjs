// Bytes as pasteable text, denser than base64 (6.52 bits a character instead of 6): 64,000 bytes of
// text carry 52,000 bytes instead of 48,000. The characters are those from "!" to "~" without the
// two that cannot stand in a double-quoted string by themselves: the quotation mark and "\".
// js/src/unarmour.wat undoes it.
//
// It is a change of base, from 256 to 92, without long numbers: what has been read and not yet
// written stands in a number of 24 to 32 bits. Digits come off its end, and as long as it is small,
// a byte is put there. The browser goes the same way back, digit by digit, so here both ends are
// the other way round: the last byte is read first, and the first digit is written last.
const characters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
  .filter((character) => !'"\\'.includes(character))
  .join("");
const base = characters.length;
/** There is room for a byte below this. */
const least = 65_536 * base;
/** What a script in a page would trip over. */
const trap = /<!--|<\/?script/i;

/** Bytes as text for a double-quoted string literal. The browser has no use for what the number is
 *  at first, which changes the whole text: so it can be chosen such that there is no trap in it. */
export function armour(bytes) {
  for (let first = least; ; first++) {
    const text = digitsOf(bytes, first);
    if (!trap.test(text)) return text;
  }
}

function digitsOf(bytes, first) {
  const digits = [];
  let state = first;
  for (let at = bytes.length; at > 0 || state > 0; ) {
    digits.push(characters[state % base]);
    state = Math.floor(state / base);
    if (state < least && at > 0) state = state * 256 + bytes[--at];
  }
  return digits.reverse().join("");
}
