// The other half of js/src/columns.js: takes a module apart.
import {
  after,
  before,
  columns,
  constant,
  further,
  joined,
  locals,
  odd,
  opcodes,
  second,
} from "../src/columns.js";
import { Fault } from "./project.mjs";

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

/** The columns of a module, as `joined` wants them. A Fault if it would not give back the same
 *  file. */
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
  put(before, file.subarray(0, code.at));
  const end = code.number() + code.at;
  put(after, file.subarray(end));
  const functions = code.taken(() => code.number());
  counted(locals, functions);
  while (code.at < end) takeFunction(code, put, counted);
  return checked(file, parts);
}

function takeFunction(code, put, counted) {
  const end = code.number() + code.at;
  counted(
    locals,
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
    if (what > 0) {
      const next = code.at === end - 1 ? 255 : code.peek();
      put(opcode === 0x41 ? constant + next : opcode, numbers[0]);
    }
    if (what > 1) {
      put(second + opcode, numbers[1].subarray(0, 1));
      put(further, numbers[1].subarray(1));
    }
  }
}

function checked(file, parts) {
  const long = parts.findIndex(({ length }) => length > 65_535);
  if (long >= 0)
    throw new Fault(
      `js/src/columns.js has 16 bits for a column's length: column ${long} has ${parts[long].length} bytes`,
    );
  const bytes = new Uint8Array(2 * columns + parts.reduce((sum, { length }) => sum + length, 0));
  const view = new DataView(bytes.buffer);
  let at = 2 * columns;
  parts.forEach((part, column) => {
    view.setUint16(2 * column, part.length, true);
    bytes.set(part, at);
    at += part.length;
  });
  if (Buffer.compare(joined(bytes.buffer), file) !== 0)
    throw new Fault("the module does not come back from its columns: js/build/columns.mjs");
  return bytes;
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

function readerOf(file, at) {
  const reader = {
    at,
    peek: () => file[reader.at],
    byte: () => file[reader.at++],
    skip(count) {
      reader.at += count;
    },
    /** A LEB128 number, read as unsigned. */
    number() {
      for (let value = 0, scale = 1; ; scale *= 128) {
        const byte = reader.byte();
        value += (byte & 127) * scale;
        if (!(byte > 127)) return value;
      }
    },
    numbers(count) {
      for (let left = count; left > 0; left--) reader.number();
    },
    taken(read) {
      const start = reader.at;
      read();
      return file.subarray(start, reader.at);
    },
  };
  return reader;
}
