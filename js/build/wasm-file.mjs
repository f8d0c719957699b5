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
    taken(read) {
      const start = reader.at;
      read();
      return file.subarray(start, reader.at);
    },
  };
  return reader;
}

/** How many functions a module imports, and what it has inside its own. */
export function functionsOf(file) {
  let imported = 0;
  const bodies = [];
  const reader = readerOf(file, 8);
  while (reader.at < file.length) {
    const id = reader.byte();
    const end = reader.number() + reader.at;
    if (id === 2) imported = importedFunctions(reader);
    if (id === 10)
      for (let left = reader.number(); left > 0; left--) {
        const size = reader.number();
        bodies.push(file.subarray(reader.at, reader.at + size));
        reader.skip(size);
      }
    reader.at = end;
  }
  return { imported, bodies };
}

/** wasm-bindgen imports functions only; anything else is unknown here. */
function importedFunctions(reader) {
  const count = reader.number();
  for (let left = count; left > 0; left--) {
    for (const _ of ["module", "name"]) reader.skip(reader.number());
    if (reader.byte() !== 0) throw new Fault("the module imports something besides functions");
    reader.number();
  }
  return count;
}

/** A custom section (WebAssembly 2.0, 5.5.3): its id, the size of what follows, its name, bytes. */
export function section(name, bytes) {
  const content = Buffer.concat([leb(name.length), Buffer.from(name), bytes]);
  return Buffer.concat([Buffer.of(0), leb(content.length), content]);
}

/** LEB128, unsigned. */
export function leb(number) {
  return number < 128
    ? Buffer.of(number)
    : Buffer.concat([Buffer.of((number & 127) | 128), leb(number >> 7)]);
}
