// The module, taken apart by kind so that deflate does better: one column has every opcode of the
// code section, another every index of `local.get`, another every offset of `i32.load`, and so on.
// Like stands beside like, which is worth a sixth of the compressed size. This puts the columns
// together again; js/build/columns.mjs made them and has checked that the file comes back byte for
// byte.
//
// What follows an opcode is told by the columns themselves: it has a number exactly if there is a
// column for it. So nothing here knows WebAssembly's instructions, except `i32.const` and `end`.
// Numbers stay as the file has them (LEB128: after a byte above 127 comes another).

// Columns 0 to 255 are opcodes' first numbers, by opcode. The others:
/** From here on, second numbers by opcode, but of each only its first byte. */
export const second = 256;
/** From here on, numbers of `i32.const` by the opcode that comes next, which says what they are
 *  for. */
export const constant = 512;
/** From here on, what is not one number or two, by opcode, as counted bytes. */
export const odd = 768;
/** The further bytes of second numbers. */
export const further = 1024;
/** How many functions there are, then what each declares, as counted bytes. */
export const locals = 1025;
/** The file up to its code section's size. */
export const before = 1026;
/** The file behind its code section. */
export const after = 1027;
/** With 255 for the `end` of a function. It has to be the last column. */
export const opcodes = 1028;
/** How many columns there are. */
export const columns = 1029;

/**
 * The file whose columns stand one after the other behind a table of their lengths (16 bits,
 * little-endian). Throws if they do not fit together. That is seen at the end only: until then,
 * what is read behind the last byte ends every loop.
 *
 * @param {ArrayBuffer} buffer
 */
export function joined(buffer) {
  const bytes = new Uint8Array(buffer);
  const lengths = new Uint16Array(buffer, 0, columns);
  let end = 2 * columns;
  const next = Uint32Array.from(lengths, (length) => {
    end += length;
    return end - length;
  });
  // Only the sizes come on top of what the columns have, and none is longer than what it measures.
  const file = new Uint8Array(2 * bytes.length);
  let at = 0;
  const take = (column) => (file[at++] = bytes[next[column]++]);
  const takeAll = (column, count = lengths[column]) => {
    for (; count > 0; count--) take(column);
  };
  const takeCounted = (column) => {
    let count;
    do {
      count = bytes[next[column]++];
      takeAll(column, count);
    } while (count > 254);
  };
  /** Puts the size of what was written since `start` before it. */
  const measure = (start) => {
    const size = [];
    let rest = at - start;
    for (; rest > 127; rest >>= 7) size.push(rest | 128);
    size.push(rest);
    file.copyWithin(start + size.length, start, at);
    file.set(size, start);
    at += size.length;
  };

  takeAll(before);
  const section = at;
  takeCounted(locals);
  while (next[opcodes] < bytes.length) {
    const body = at;
    takeCounted(locals);
    let opcode;
    do {
      opcode = take(opcodes);
      const first = opcode === 0x41 ? constant + bytes[next[opcodes]] : opcode;
      if (lengths[first]) while (take(first) > 127);
      if (lengths[second + opcode] && take(second + opcode) > 127) while (take(further) > 127);
      if (lengths[odd + opcode]) takeCounted(odd + opcode);
    } while (opcode < 255);
    file[at - 1] = 0x0b;
    measure(body);
  }
  measure(section);
  takeAll(after);
  end = 2 * columns;
  const fit = lengths.every((length, column) => {
    end += length;
    return next[column] === end;
  });
  if (!fit || end !== bytes.length) throw Error("the module is damaged");
  return file.subarray(0, at);
}
