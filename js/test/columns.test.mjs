import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { columnsOf } from "../build/columns.mjs";
import { wasm } from "../build/module.mjs";
import { Fault } from "../build/project.mjs";
import { assembled } from "../build/wat.mjs";

const unpacker = new WebAssembly.Module(assembled("columns"));
const file = readFileSync(wasm);
const real = columnsOf(file);
/** The table of columns, in bytes: a length of 32 bits for each. */
const table = 4 * 1060;

/** The file that columns give, by an unpacker of its own. */
function back(columns) {
  const { memory, join } = new WebAssembly.Instance(unpacker).exports;
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(columns);
  return Buffer.from(bytes.subarray(0x80000, join()));
}

test("the module comes back byte for byte", () => {
  assert.ok(back(real).equals(file));
});

test("joining comes to an end whatever byte is damaged", () => {
  const random = dice(7);
  for (let turn = 0; turn < 300; turn += 1) {
    const bytes = Buffer.from(real);
    const from = turn % 2 ? 0 : table; // with the table, or behind it
    for (let count = random(20) + 1; count > 0; count -= 1)
      bytes[from + random((turn % 3 ? bytes.length : 2 * table) - from)] = random(256);
    // Either a file, not necessarily the right one, or a trap.
    try {
      assert.ok(back(bytes).length <= 0x80000);
    } catch (error) {
      assert.ok(error instanceof WebAssembly.RuntimeError, error);
    }
  }
});

test("joining nothing, zeros or only the highest bytes comes to an end", () => {
  for (const columns of [[], Buffer.alloc(0x80000, 255), Buffer.alloc(table, 1)]) {
    try {
      back(columns);
    } catch (error) {
      assert.ok(error instanceof WebAssembly.RuntimeError, error);
    }
  }
});

test("modules with instructions of every kind come back", () => {
  const random = dice(1);
  for (let turn = 0; turn < 200; turn += 1) {
    const made = moduleOf(
      Array.from({ length: 1 + random(turn < 20 ? 3 : 30) }, () => functionOf(random)),
    );
    assert.ok(back(columnsOf(made)).equals(made));
  }
});

test("numbers of any length and branch tables of any size come back", () => {
  const random = dice(2);
  for (const count of [
    0, 126, 127, 128, 251, 252, 253, 254, 255, 256, 508, 509, 510, 511, 20_000,
  ]) {
    const made = moduleOf([
      [0, 0x0e, ...leb(count), ...Array(count + 1).fill(5), 0x0b],
      functionOf(random),
    ]);
    assert.ok(back(columnsOf(made)).equals(made), `${count} targets`);
  }
  for (const body of [125, 126, 127, 16_380, 16_381, 16_382]) {
    const made = moduleOf([[0, ...Array(body).fill(0x01), 0x0b]]);
    assert.ok(back(columnsOf(made)).equals(made), `${body} instructions`);
  }
});

test("what cannot be brought back is a fault of the build", () => {
  for (const opcode of [0x06, 0x12, 0x27, 0xc5, 0xfd, 0xff])
    assert.throws(() => columnsOf(moduleOf([[0, opcode, 0x0b]])), Fault);
  assert.throws(() => columnsOf(moduleOf([[0, 0xfc, 18, 0x0b]])), Fault);
  // No code at all.
  assert.throws(() => columnsOf(Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])), Fault);
});

/** Numbers below a limit, the same in every run: a linear congruence (Numerical Recipes'
 *  constants). */
function dice(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

function leb(value) {
  return value > 127 ? [(value & 127) | 128, ...leb(Math.floor(value / 128))] : [value];
}

/** A file with a module's sections; its functions need not be valid. */
function moduleOf(functions) {
  const code = [
    ...leb(functions.length),
    ...functions.flatMap((body) => [...leb(body.length), ...body]),
  ];
  const types = [1, 4, 1, 0x60, 0, 0];
  const data = [11, 3, 1, 0x2a, 0x2b];
  return Buffer.from([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...types,
    10,
    ...leb(code.length),
    ...code,
    ...data,
  ]);
}

/** Declarations, then instructions of every kind in any order. */
function functionOf(random) {
  const number = () => leb(Math.floor(2 ** random(40)) - 1 + random(3));
  const bytes = (count) => Array.from({ length: count }, () => random(256));
  const some = (count, make) => Array.from({ length: count }, make).flat();
  const instructions = [
    () => [[0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1][random(8)]],
    () => [0x45 + random(0x80)],
    () => [
      [0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2][random(12)],
      ...number(),
    ],
    () => [0x20 + random(7), ...number()],
    () => [0x41, ...number()],
    () => [0x28 + random(0x17), ...number(), ...number()],
    () => [0x11, ...number(), ...number()],
    () => {
      const count = random(5);
      return [0x0e, ...leb(count), ...some(count + 1, number)];
    },
    () => [0x1c, 1, 0x7f],
    () => [0x43, ...bytes(4)],
    () => [0x44, ...bytes(8)],
    () => {
      const operation = random(18);
      const numbers = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1][operation];
      return [0xfc, operation, ...some(numbers, number)];
    },
  ];
  const declared = random(4);
  return [
    ...leb(declared),
    ...some(declared, () => [...leb(random(1_000)), 0x7f]),
    ...some(random(60), () => instructions[random(instructions.length)]()),
    0x0b,
  ];
}
