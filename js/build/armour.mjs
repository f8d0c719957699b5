// Bytes as pasteable text, denser than base64 (13 bits in two characters, where base64 needs 2.17):
// 64,000 bytes of text carry 52,000 bytes instead of 48,000. The characters are those from "!" to
// "~" without the three that a script in a page could trip over: the quotation mark, "<" and "\".
// js/src/unpacker.wat undoes it.
const characters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index))
  .filter((character) => !'"<\\'.includes(character))
  .join("");
const base = characters.length;

/** Bytes as text for a double-quoted string literal, 13 bits in two characters, the last six or
 *  fewer in one. */
export function armour(bytes) {
  let text = "";
  let bits = 0;
  let count = 0;
  const emit = () => {
    const value = bits & 8191;
    text += characters[value % base];
    if (count > 6) text += characters[Math.floor(value / base)];
    bits >>>= 13;
    count -= 13;
  };
  for (const byte of bytes) {
    bits |= byte << count;
    count += 8;
    if (count >= 13) emit();
  }
  if (count > 0) emit();
  return text;
}
