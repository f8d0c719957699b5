// The module, taken apart by kind so that deflate does better: one column has every opcode of the
// code section, another every index of `local.get`, another every offset of `i32.load`, and so on.
// Like stands beside like, which is worth a sixth of the compressed size. js/src/columns.wat puts
// the columns together again.
//
// What follows an opcode is told by the columns themselves: it has a number exactly if there is a
// column for it. So nothing there knows WebAssembly's instructions, except `local.get`, `i32.const`
// and `end`.
// Numbers stay as the file has them (LEB128: after a byte above 127 comes another).
import { Fault } from "./project.mjs";
import { readerOf } from "./wasm-file.mjs";

// The columns. js/src/columns.wat has these numbers times 4.
/** The file behind its code section. */
const after = 0;
/** The further bytes of second numbers. */
const further = 1;
/** Counted bytes: the file up to its first function, then what each function declares. */
const declared = 2;
/** From here on, first numbers by opcode. */
const first = 3;
/** From here on, second numbers by opcode, but of each only its first byte. */
const second = 256 + first;
/** From here on, numbers of `i32.const` by the opcode that comes next, which says what they are
 *  for. */
const constant = 256 + second;
/** From here on, what is not one number or two, by opcode, as counted bytes. */
const odd = 256 + constant;
/** From here on, numbers of `local.get` by the opcode that comes next, but only by its five lower bits:
 *  that divides well, and 256 columns would be too many. */
const got = 256 + odd;
/** With 255 for the `end` of a function. */
const opcodes = 32 + got;
/** How many columns there are. Before them is a table of their lengths (32 bits, little-endian). */
const columns = opcodes + 1;

/** What follows an opcode (WebAssembly 2.0, 5.4): how many numbers, or a function that reads over
 *  its bytes. */
const follows = new Map();
const ranges = (what, ...list) => {
  for (const [first, last = first] of list)
    for (let opcode = first; opcode <= last; opcode++) follows.set(opcode, what);
};
ranges(0, [0x00, 0x01], [0x05], [0x0b], [0x0f], [0x1a, 0x1b], [0x45, 0xc4], [0xd1]);
// A block's type is always one number: an index of a type, a type of value, or "none".
ranges(1, [0x02, 0x04], [0x0c, 0x0d], [0x10], [0x20, 0x26], [0x3f, 0x42], [0xd0], [0xd2]);
ranges(2, [0x11], [0x28, 0x3e]);
ranges((code) => code.numbers(code.number() + 1), [0x0e]); // br_table: targets and a default
ranges((code) => code.numbers(code.number()), [0x1c]); // select with types
ranges((code) => code.skip(4), [0x43]);
ranges((code) => code.skip(8), [0x44]);
ranges(
  (code) => {
    const saturating = 8; // operations below convert a float; those of memories and tables follow
    const operation = code.number();
    if (operation >= saturating + bulk.length)
      throw new Fault(`js/build/columns.mjs does not know the opcode 0xfc ${operation}`);
    code.numbers(bulk[operation - saturating] ?? 0);
  },
  [0xfc],
);
const bulk = [2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

/** The columns of a module. A Fault if it has what they have no place for; js/build/section.mjs
 *  checks that the file comes back. */
export function columnsOf(file) {
  const parts = Array.from({ length: columns }, () => []);
  const put = (column, bytes) => {
    for (const byte of bytes) parts[column].push(byte);
  };
  const counted = (column, bytes) => {
    for (let start = 0; start <= bytes.length; start += 255) {
      const some = bytes.subarray(start, start + 255);
      put(column, [some.length, ...some]);
    }
  };
  const code = codeSection(file);
  const end = code.number() + code.at;
  code.number(); // how many functions there are
  counted(declared, file.subarray(0, code.at));
  while (code.at < end) takeFunction(code, put, counted);
  put(after, file.subarray(end));
  return joined(parts);
}

function takeFunction(code, put, counted) {
  const end = code.number() + code.at;
  counted(
    declared,
    code.taken(() => {
      for (let left = code.number(); left > 0; left--) code.numbers(2); // how many, of which type
    }),
  );
  while (code.at < end) {
    const opcode = code.byte();
    put(opcodes, [code.at === end ? 255 : opcode]);
    const what = follows.get(opcode);
    if (what === undefined)
      throw new Fault(`js/build/columns.mjs does not know the opcode 0x${opcode.toString(16)}`);
    if (typeof what === "function") {
      counted(
        odd + opcode,
        code.taken(() => what(code)),
      );
      continue;
    }
    const numbers = Array.from({ length: what }, () => code.taken(() => code.number()));
    if (what > 0) put(columnOf(opcode, code.at === end - 1 ? 255 : code.peek()), numbers[0]);
    if (what > 1) {
      put(second + opcode, numbers[1].subarray(0, 1));
      put(further, numbers[1].subarray(1));
    }
  }
}

function columnOf(opcode, next) {
  if (opcode === 0x20) return got + (next & 31);
  return opcode === 0x41 ? constant + next : first + opcode;
}

function joined(parts) {
  const table = Buffer.alloc(4 * columns);
  parts.forEach(({ length }, column) => {
    table.writeUInt32LE(length, 4 * column);
  });
  return Buffer.concat([table, ...parts.map((part) => Buffer.from(part))]);
}

/** A reader that stands behind the code section's id. */
function codeSection(file) {
  const reader = readerOf(file, 8);
  while (reader.at < file.length) {
    if (reader.byte() === 10) return reader;
    reader.skip(reader.number());
  }
  throw new Fault("the module has no code");
}
