// A WebAssembly file as bytes: what the build has to read and write of one by itself.
import { Fault } from "./project.mjs";

/** Stands at a place of the file and goes on with every byte read. */
export function readerOf(file, at) {
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
    /** Bytes behind their count. */
    counted() {
      const count = reader.number();
      return reader.taken(() => reader.skip(count));
    },
    /** What `read` gives, as often as the number says that comes first. */
    list(read) {
      return Array.from({ length: reader.number() }, read);
    },
    taken(read) {
      const start = reader.at;
      read();
      return file.subarray(start, reader.at);
    },
  };
  return reader;
}

/** A module's sections: the number of each and where it begins, with a reader that stands at its
 *  content. */
function* sectionsOf(file) {
  const reader = readerOf(file, 8);
  while (reader.at < file.length) {
    const begin = reader.at;
    const id = reader.byte();
    const end = reader.number() + reader.at;
    yield { id, begin, end, reader };
    reader.at = end;
  }
}

/** How many functions a module imports, and what it has inside its own. */
export function functionsOf(file) {
  let imported = 0;
  let bodies = [];
  for (const { id, reader } of sectionsOf(file)) {
    if (id === 2) imported = importedTypes(reader).length;
    if (id === 10) bodies = reader.list(reader.counted);
  }
  return { imported, bodies };
}

/** A module's one table: the numbers of the functions in it, and where in the file they stand. And
 *  by their numbers the types and the names of all functions, imported ones first. */
export function tableOf(file) {
  const types = [];
  const names = new Map();
  const tables = [];
  for (const { id, begin, end, reader } of sectionsOf(file)) {
    if (id === 2) types.push(...importedTypes(reader));
    if (id === 3) types.push(...reader.list(reader.number));
    if (id === 9) tables.push(...reader.list(() => ({ ...elements(reader), begin, end })));
    if (id === 0 && String(reader.counted()) === "name") readNames(reader, end, names);
  }
  if (tables.length !== 1) throw new Fault(`the module has ${tables.length} tables`);
  return { types, names, ...tables[0] };
}

/** wasm-bindgen imports functions only; anything else is unknown here. */
const importedTypes = (reader) =>
  reader.list(() => {
    for (const _ of ["module", "name"]) reader.counted();
    if (reader.byte() !== 0) throw new Fault("the module imports something besides functions");
    return reader.number();
  });

/** Functions from a constant place on, as the linker writes them (WebAssembly 2.0, 5.5.12). */
function elements(reader) {
  const head = reader.taken(() => {
    if (reader.byte() !== 0 || reader.byte() !== 0x41)
      throw new Fault("the module's table is not as the linker writes it");
    reader.number();
    reader.byte(); // end
  });
  return { head, entries: reader.list(reader.number) };
}

/** The functions' names (WebAssembly 2.0, 7.4.1). */
function readNames(reader, end, names) {
  while (reader.at < end) {
    const kind = reader.byte();
    const next = reader.number() + reader.at;
    if (kind === 1) reader.list(() => names.set(reader.number(), String(reader.counted())));
    reader.at = next;
  }
}

/** The file with other functions in its table, as `tableOf` has read it. */
export function withEntries(file, { head, begin, end }, entries) {
  const table = sectionOf(9, [leb(1), head, leb(entries.length), ...entries.map(leb)]);
  return Buffer.concat([file.subarray(0, begin), table, file.subarray(end)]);
}

/** A custom section (WebAssembly 2.0, 5.5.3): its name, then bytes. */
export const section = (name, bytes) => sectionOf(0, [leb(name.length), Buffer.from(name), bytes]);

/** What the memory has at first, from address 0 on (5.5.14). */
export const dataSection = (bytes) =>
  sectionOf(11, [leb(1), Buffer.of(0, 0x41, 0, 0x0b), leb(bytes.length), bytes]);

function sectionOf(id, parts) {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.of(id), leb(content.length), content]);
}

/** LEB128, unsigned. */
export function leb(number) {
  return number < 128
    ? Buffer.of(number)
    : Buffer.concat([Buffer.of((number & 127) | 128), leb(number >> 7)]);
}
