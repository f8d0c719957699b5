// js/src/translate against the engine's own WebAssembly: the same module in both, the same calls,
// and in the end the same results, traps, calls of imports, globals and memory. ASSENT_FUZZ_MODULES
// asks for more than a test run's random modules.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import test from "node:test";
import { wasm } from "../build/module.mjs";
import { at } from "../build/project.mjs";
import { Body } from "../src/translate/body.js";
import { instantiate, parse } from "../src/translate/instance.js";
import { Memory } from "../src/translate/memory.js";

const i32 = 0x7f,
  i64 = 0x7e,
  f32 = 0x7d,
  f64 = 0x7c;
const native = (bytes, imports) =>
  new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;

/** Repeatable: mulberry32. */
function dice(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

const edges = {
  [i32]: [0, 1, -1, 2, 31, 32, 33, 255, 256, 65535, 0x7fffffff, -0x80000000],
  [i64]: [
    0n,
    1n,
    -1n,
    31n,
    63n,
    64n,
    65n,
    255n,
    2n ** 53n + 1n,
    (1n << 53n) + (1n << 29n) + 1n,
    0x7fffff4000000001n,
    2n ** 63n - 1n,
    -(2n ** 63n),
    2n ** 32n,
    -(2n ** 32n) - 1n,
  ],
  [f64]: [
    0,
    -0,
    1,
    -1,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    0.49999999999999994,
    2 ** 31,
    2 ** 31 - 0.5,
    -(2 ** 31) - 1,
    2 ** 32,
    2 ** 32 - 0.5,
    -0.99,
    2 ** 52 + 1,
    2 ** 63,
    -(2 ** 63),
    2 ** 64,
    1e300,
    Infinity,
    -Infinity,
    NaN,
    5e-324,
  ],
};
edges[f32] = edges[f64].map(Math.fround);

function values(type, roll) {
  const random = Array.from({ length: 12 }, () => {
    const [low, high] = [roll(), roll()];
    if (type === i32) return low | 0;
    const big = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
    if (type === i64) return big >> BigInt(roll() % 64);
    const number = (Number(big) / 2 ** 40) * 2 ** ((roll() % 80) - 40);
    return type === f32 ? Math.fround(number) : number;
  });
  return [...edges[type], ...random];
}

// The smallest modules: one function of one operator.
const leb = (value) => (value > 127 ? [(value & 127) | 128, ...leb(value >>> 7)] : [value]);
const section = (id, content) => [id, ...leb(content.length), ...content];
function moduleOf(takes, gives, code) {
  const body = [0, ...takes.flatMap((_, index) => [0x20, index]), ...code, 0x0b];
  return new Uint8Array([
    0,
    97,
    115,
    109,
    1,
    0,
    0,
    0,
    ...section(1, [1, 0x60, takes.length, ...takes, 1, gives]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [1, 1, 102, 0, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

/** `[opcode bytes, operand types, result type]` of every operator on numbers, by the
 *  specification's table of opcodes. */
const operators = [
  ...run(0x45, 1, [i32], i32),
  ...run(0x46, 10, [i32, i32], i32),
  ...run(0x50, 1, [i64], i32),
  ...run(0x51, 10, [i64, i64], i32),
  ...run(0x5b, 6, [f32, f32], i32),
  ...run(0x61, 6, [f64, f64], i32),
  ...run(0x67, 3, [i32], i32),
  ...run(0x6a, 15, [i32, i32], i32),
  ...run(0x79, 3, [i64], i64),
  ...run(0x7c, 15, [i64, i64], i64),
  ...run(0x8b, 7, [f32], f32),
  ...run(0x92, 7, [f32, f32], f32),
  ...run(0x99, 7, [f64], f64),
  ...run(0xa0, 7, [f64, f64], f64),
  ...run(0xa7, 1, [i64], i32),
  ...run(0xa8, 2, [f32], i32),
  ...run(0xaa, 2, [f64], i32),
  ...run(0xac, 2, [i32], i64),
  ...run(0xae, 2, [f32], i64),
  ...run(0xb0, 2, [f64], i64),
  ...run(0xb2, 2, [i32], f32),
  ...run(0xb4, 2, [i64], f32),
  ...run(0xb6, 1, [f64], f32),
  ...run(0xb7, 2, [i32], f64),
  ...run(0xb9, 2, [i64], f64),
  ...run(0xbb, 1, [f32], f64),
  ...run(0xbc, 1, [f32], i32),
  ...run(0xbd, 1, [f64], i64),
  ...run(0xbe, 1, [i32], f32),
  ...run(0xbf, 1, [i64], f64),
  ...run(0xc0, 2, [i32], i32),
  ...run(0xc2, 3, [i64], i64),
  ...[
    [f32, i32],
    [f32, i32],
    [f64, i32],
    [f64, i32],
    [f32, i64],
    [f32, i64],
    [f64, i64],
    [f64, i64],
  ].map(([takes, gives], index) => [[0xfc, index], [takes], gives]),
];
function run(first, count, takes, gives) {
  return Array.from({ length: count }, (_, index) => [[first + index], takes, gives]);
}

/** A result or a trap; NaN has many bit patterns, which JavaScript cannot tell apart. */
function outcome(call) {
  try {
    return { gave: call() };
  } catch (error) {
    return /call stack/.test(error.message) ? { deep: true } : { trapped: true };
  }
}

test("every operator on numbers does what the engine's does", () => {
  assert.equal(operators.length, 0xc4 - 0x45 + 1 + 8);
  const roll = dice(1);
  for (const [code, takes, gives] of operators) {
    const bytes = moduleOf(takes, gives, code);
    const [theirs, ours] = [native(bytes).f, instantiate(bytes).f];
    const [xs, ys] = [values(takes[0], roll), takes[1] ? values(takes[1], roll) : [undefined]];
    for (const x of xs)
      for (const y of ys) {
        assert.deepEqual(
          outcome(() => ours(x, y)),
          outcome(() => theirs(x, y)),
          `0x${code.map((byte) => byte.toString(16))} of ${x}, ${y}`,
        );
      }
  }
});

test("every load and store does what the engine's does, at odd addresses and around the end of the memory", () => {
  const kinds = [i32, i64, f32, f64, i32, i32, i32, i32, i64, i64, i64, i64, i64, i64];
  const sizes = [4, 8, 4, 8, 1, 1, 2, 2, 1, 1, 2, 2, 4, 4];
  const stores = [
    [i32, 4],
    [i64, 8],
    [f32, 4],
    [f64, 8],
    [i32, 1],
    [i32, 2],
    [i64, 1],
    [i64, 2],
    [i64, 4],
  ];
  const addresses = [
    0,
    1,
    3,
    7,
    1001,
    65536 - 16,
    ...Array.from({ length: 9 }, (_, index) => 65536 - index),
    65537,
    -1,
    -8,
    -0x80000000,
  ];
  const roll = dice(2);
  for (const [index, [type, size]] of stores.entries()) {
    for (const [loadIndex, gives] of kinds.entries()) {
      if (sizes[loadIndex] !== size && gives !== type) continue;
      // store; then load what is there, from another offset than it was stored at
      const bytes = moduleOf([i32, type], gives, [
        0x36 + index,
        0,
        1,
        0x20,
        0,
        0x28 + loadIndex,
        0,
        1,
      ]);
      const [theirs, ours] = [native(bytes).f, instantiate(bytes).f];
      for (const address of addresses)
        for (const value of values(type, roll).slice(-8)) {
          assert.deepEqual(
            outcome(() => ours(address, value)),
            outcome(() => theirs(address, value)),
            `store ${index}, load ${loadIndex} at ${address}`,
          );
        }
    }
  }
});

test("a division by zero traps even where its value is not used", () => {
  const [drop, get, constant, divide, select, block, branchIf, end] = [
    0x1a, 0x20, 0x41, 0x6d, 0x1b, 0x02, 0x0d, 0x0b,
  ];
  const quotient = [constant, 1, get, 0, divide];
  const programs = {
    "the other side of a select": [drop, ...quotient, constant, 5, constant, 0, select],
    "on the way that a branch takes": [
      drop,
      block,
      i32,
      constant,
      7,
      ...quotient,
      drop,
      constant,
      1,
      branchIf,
      0,
      end,
    ],
    "under a value that a branch takes along": [
      drop,
      block,
      i32,
      ...quotient,
      constant,
      7,
      constant,
      1,
      branchIf,
      0,
      drop,
      end,
    ],
  };
  for (const [what, code] of Object.entries(programs)) {
    const bytes = moduleOf([i32], i32, code);
    for (const make of [native, instantiate]) {
      assert.deepEqual(
        outcome(() => make(bytes).f(0)),
        { trapped: true },
        what,
      );
      assert.ok(outcome(() => make(bytes).f(1)).gave > 0, what);
    }
  }
});

test("a view of the memory is emptied when the memory grows", () => {
  const memory = new Memory({ least: 1, most: 3 });
  const view = new Uint8Array(memory.buffer);
  view[9] = 42;
  assert.equal(memory.grow(1), 1);
  assert.equal(view.length, 0);
  assert.deepEqual([memory.bytes[9], memory.pages, memory.grow(2), memory.pages], [42, 2, -1, 2]);
});

test("random modules of binaryen's do the same in both", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "assent-translate-"));
  const modules = Number(process.env.ASSENT_FUZZ_MODULES ?? 4);
  const seed = Number(process.env.ASSENT_FUZZ_SEED ?? 1);
  let [functions, calls] = [0, 0];
  try {
    for (let index = 0; index < modules; index++) {
      const bytes = randomModule(folder, index, dice(seed + index));
      const done = compare(
        bytes,
        dice(seed + index),
        `ASSENT_FUZZ_SEED=${seed + index} ASSENT_FUZZ_MODULES=1`,
      );
      functions += done.functions;
      calls += done.calls;
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  console.log(`${modules} random modules, ${functions} functions, ${calls} calls of their exports`);
  assert.ok(calls > 20 * modules);
});

/** binaryen's options: accesses within bounds or anywhere, and code as generated or optimised. */
const shapes = [["--no-fuzz-oob"], ["--no-fuzz-oob", "-O1"], [], ["-Oz"]];

/** A valid module out of random bytes (binaryen's own way to look for faults in engines), with the
 *  features that ours has. */
function randomModule(folder, index, roll) {
  const [from, to] = [path.join(folder, "random"), path.join(folder, "random.wasm")];
  writeFileSync(from, Uint8Array.from({ length: 200_000 }, roll));
  const features = [
    "bulk-memory-opt",
    "sign-ext",
    "nontrapping-float-to-int",
    "mutable-globals",
    "multivalue",
  ].map((name) => `--enable-${name}`);
  const done = spawnSync(
    process.execPath,
    [
      at("node_modules", "binaryen", "bin", "wasm-opt"),
      from,
      "-ttf",
      ...shapes[index % shapes.length],
      "--mvp-features",
      ...features,
      "--denan",
      "-o",
      to,
    ],
    { encoding: "utf8" },
  );
  assert.equal(done.status, 0, done.stderr);
  return new Uint8Array(readFileSync(to));
}

function compare(bytes, roll, what) {
  const module = new WebAssembly.Module(bytes);
  const world = (make) => {
    const log = [];
    const imports = {};
    for (const { module: from, name } of WebAssembly.Module.imports(module)) {
      imports[from] ??= {};
      imports[from][name] = (...values) => void log.push([name, ...values]);
    }
    return { log, made: outcome(() => make(bytes, imports)) };
  };
  const [theirs, ours] = [world(native), world(instantiate)];
  assert.equal(ours.made.trapped, theirs.made.trapped, what);
  const parsed = parse(bytes);
  const types = [...parsed.imports.map(({ type }) => type), ...parsed.functions];
  let calls = 0;
  for (const { name, kind, index } of theirs.made.trapped ? [] : parsed.exports) {
    if (kind !== 0) continue;
    const given = types[index].takes.map((type) => values(type, roll)[roll() % 20]);
    const [one, other] = [ours, theirs].map(({ made }) => outcome(() => made.gave[name](...given)));
    if (one.deep || other.deep) break; // how deep a stack may be is each engine's own
    calls++;
    assert.deepEqual(one, other, `${name}(${given}): ${what}`);
    assert.deepEqual(ours.log, theirs.log, `what ${name}(${given}) called: ${what}`);
    const memory = parsed.exports.find((own) => own.kind === 2)?.name;
    if (memory)
      assert.ok(
        Buffer.from(ours.made.gave[memory].buffer).equals(
          Buffer.from(theirs.made.gave[memory].buffer),
        ),
        `the memory after ${name}(${given}): ${what}`,
      );
  }
  return { functions: types.length, calls };
}

test("every function of the module is translated, whether a test calls it or not", () => {
  const module = parse(new Uint8Array(readFileSync(wasm)));
  const types = [...module.imports.map(({ type }) => type), ...module.functions];
  const own = { types: module.types, typeOf: (index) => types[index] };
  assert.ok(module.bodies.length > 300);
  for (const [index, body] of module.bodies.entries())
    new Function(`return${new Body(body, module.functions[index], own).translate()}`);
});
