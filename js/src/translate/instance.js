// WebAssembly where there is none: Shopify's strict worker takes it away from every app's pixel.
// The module is translated to JavaScript on the device, each function when it is first called; most
// are not, on most pages. So both sandboxes run the same bytes.
import { Body } from "./body.js";
import { Memory, Table } from "./memory.js";
import { helpers } from "./operators.js";
import { Reader } from "./reader.js";

const supported = "0,97,115,109,1,0,0,0";
const kinds = ["function", "table", "memory", "global"];
/** How a value of JavaScript becomes one of WebAssembly's, by its type. */
const into = {
  0x7f: (value) => value | 0,
  0x7e: (value) => BigInt.asIntN(64, BigInt(value)),
  0x7d: (value) => Math.fround(value),
  0x7c: (value) => +value,
};

/**
 * Translates a module, and starts it. Throws what `new WebAssembly.Instance` would throw, and for
 * what is not translated.
 *
 * @param {Uint8Array} bytes
 * @param {Record<string, Record<string, Function>>} imports functions only
 * @returns {Record<string, any>} its exports
 */
export function instantiate(bytes, imports = {}) {
  return new Instance(parse(bytes), imports).exports;
}

/** A module's sections, read but not translated. */
export function parse(bytes) {
  if (String(bytes.subarray(0, 8)) !== supported)
    throw new Error("this is not a WebAssembly module");
  const module = {
    types: [],
    imports: [],
    functions: [],
    tables: [],
    memories: [],
    globals: [],
    exports: [],
    elements: [],
    bodies: [],
    data: [],
  };
  for (const reader = new Reader(bytes, 8); reader.at < reader.end; ) {
    const [kind, length] = [reader.byte(), reader.unsigned()];
    const end = reader.at + length;
    sections[kind]?.(reader, module);
    reader.at = end;
  }
  return module;
}

const limits = ({ byte, unsigned }) =>
  byte() & 1 ? { least: unsigned(), most: unsigned() } : { least: unsigned() };

const sections = {
  1: (reader, module) => {
    module.types = reader.list(() => {
      reader.byte();
      const [parameters, results] = [reader.list(reader.byte), reader.list(reader.byte)];
      return {
        parameters: parameters.length,
        results: results.length,
        takes: parameters,
        gives: results,
        signature: `${parameters}:${results}`,
      };
    });
  },
  2: (reader, module) => {
    module.imports = reader.list(() => {
      const [from, name, kind] = [reader.text(), reader.text(), reader.byte()];
      if (kind !== 0)
        throw new Error(
          `the module imports a ${kinds[kind]}, ${name}: only functions are translated`,
        );
      return { from, name, type: module.types[reader.unsigned()] };
    });
  },
  3: (reader, module) => (module.functions = reader.list(() => module.types[reader.unsigned()])),
  4: (reader, module) =>
    (module.tables = reader.list(() => {
      reader.byte();
      return limits(reader);
    })),
  5: (reader, module) => (module.memories = reader.list(() => limits(reader))),
  6: (reader, module) =>
    (module.globals = reader.list(() => {
      reader.take(2);
      return initial(reader);
    })),
  7: (reader, module) =>
    (module.exports = reader.list(() => ({
      name: reader.text(),
      kind: reader.byte(),
      index: reader.unsigned(),
    }))),
  8: (reader, module) => (module.start = reader.unsigned()),
  9: (reader, module) => (module.elements = reader.list(() => element(reader))),
  10: (reader, module) => {
    module.bodies = reader.list(() => {
      const length = reader.unsigned();
      const body = new Reader(reader.bytes, reader.at, reader.at + length);
      reader.at = body.end;
      return body;
    });
  },
  11: (reader, module) => {
    module.data = reader.list(() => {
      if (reader.unsigned() !== 0)
        throw new Error("the module has data that is not put into memory at its start");
      return { at: initial(reader), bytes: reader.take(reader.unsigned()) };
    });
  },
};

/** An expression for a value at the start: `(globals, references) => value`. */
function initial(reader) {
  const opcode = reader.byte();
  const read = {
    0x41: reader.int32,
    0x42: reader.int64,
    0x43: () => reader.float(4),
    0x44: () => reader.float(8),
    0x23: reader.unsigned,
    0xd0: reader.byte,
    0xd2: reader.unsigned,
  }[opcode];
  if (!read)
    throw new Error(
      `the module has a start value that is not translated: 0x${opcode.toString(16)}`,
    );
  const value = read();
  reader.byte(); // end
  if (opcode === 0x23) return (globals) => globals[value];
  if (opcode === 0xd2) return (_, references) => references[value];
  return () => (opcode === 0xd0 ? null : value);
}

function element(reader) {
  const kind = reader.unsigned();
  if (kind !== 0 && kind !== 2)
    throw new Error(
      "the module has table elements that are not put there at its start as functions",
    );
  const table = kind === 2 ? reader.unsigned() : 0;
  const at = initial(reader);
  if (kind === 2) reader.byte();
  return { table, at, functions: reader.list(reader.unsigned) };
}

class Instance {
  constructor(module, imports) {
    const types = [...module.imports.map(({ type }) => type), ...module.functions];
    const memory = module.memories[0] && new Memory(module.memories[0]);
    const tables = module.tables.map((table) => new Table(table));
    /** What a table holds of a function. */
    const references = types.map((type, index) => ({ type, index }));
    const globals = [];
    for (const value of module.globals) globals.push(value(globals, references));

    const find = (table, index, type) => {
      const found =
        index >>> 0 < tables[table].length
          ? tables[table].get(index)
          : helpers.trap("undefined element");
      if (!found) helpers.trap("uninitialized element");
      return found.type.signature === module.types[type].signature
        ? found.index
        : helpers.trap("indirect call to null or to another type");
    };
    const given = module.imports.map(({ from, name, type }) =>
      imported(imports[from]?.[name], name, type),
    );
    const scope = { ...helpers, F: given, G: globals, M: memory, R: references, T: tables, find };
    const evaluate = new Function(...Object.keys(scope), '"use strict";return(text)=>eval(text)')(
      ...Object.values(scope),
    );
    const own = { types: module.types, typeOf: (index) => types[index] };
    module.bodies.forEach((body, index) => {
      const place = given.length;
      given.push((...operands) => {
        const text = new Body(
          new Reader(body.bytes, body.at, body.end),
          module.functions[index],
          own,
        ).translate();
        given[place] = evaluate(text);
        return given[place](...operands);
      });
    });

    for (const { table, at, functions } of module.elements) {
      const start = at(globals, references);
      functions.forEach((index, offset) => {
        tables[table].set(start + offset, references[index]);
      });
    }
    for (const { at, bytes } of module.data) memory.bytes.set(bytes, at(globals, references) >>> 0);
    this.exports = Object.fromEntries(
      module.exports.map(({ name, kind, index }) => {
        if (kind === 0) return [name, exported(given, index, types[index])];
        if (kind === 1) return [name, tables[index]];
        if (kind === 2) return [name, memory];
        return [
          name,
          {
            get value() {
              return globals[index];
            },
            set value(value) {
              globals[index] = value;
            },
          },
        ];
      }),
    );
    if (module.start !== undefined) given[module.start]();
  }
}

function imported(given, name, { gives }) {
  if (typeof given !== "function") throw new TypeError(`the module needs a function ${name}`);
  if (gives.length > 1)
    throw new Error(`the module imports ${name}, which has more than one result`);
  const convert = into[gives[0]];
  return convert ? (...values) => convert(given(...values)) : given;
}

function exported(functions, index, { takes }) {
  return (...values) =>
    functions[index](
      ...takes.map((type, place) => (into[type] ? into[type](values[place]) : values[place])),
    );
}
