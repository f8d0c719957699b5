// `node js/build/notices.mjs`: the licences and copyright notices of what is linked into Assent,
// gathered from the crates' own files: THIRD-PARTY-NOTICES.txt for the binary (`assent licenses`
// prints it), js/THIRD-PARTY-NOTICES.txt for what runs in a browser (the npm package brings it
// along). Both are committed, and js/test/notices.test.mjs holds them to the lock file.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ask, at, Fault, main, wasmTriple } from "./project.mjs";

/** Where a crate leaves the choice, the first of these: the shortest that asks for nothing but its
 *  notice. */
const preferred = ["MIT", "ISC", "BSD-3-Clause", "BSD-2-Clause", "Zlib", "Apache-2.0"];
/** How a licence begins, for files whose name does not say which it is. */
const signs = {
  MIT: /Permission is hereby granted, free of charge/,
  ISC: /Permission to use, copy, modify, and\/or distribute this software/,
  "BSD-3-Clause": /Redistribution and use in source and binary forms/,
  "BSD-2-Clause": /Redistribution and use in source and binary forms/,
  Zlib: /This software is provided 'as-is'/,
  "Apache-2.0": /Apache License\s+Version 2\.0/,
  "Unicode-3.0": /UNICODE LICENSE V3/,
};
/** What Rust's standard library brings along on the systems we build for, of all that it names. */
const ofStd =
  /^(addr2line|adler2|cfg-if|dlmalloc|foldhash|gimli|hashbrown|libc|memchr|miniz_oxide|object|rustc-demangle|rustc-literal-escaper)-/;

export const notices = {
  "THIRD-PARTY-NOTICES.txt": [
    ["assent-endpoint", "x86_64-unknown-linux-gnu"],
    ["assent-endpoint", "aarch64-unknown-linux-gnu"],
    ["assent-pixel", wasmTriple],
  ],
  "js/THIRD-PARTY-NOTICES.txt": [["assent-pixel", wasmTriple]],
};

function fromCargo(...args) {
  const answer = ask("cargo", args, { maxBuffer: 1e9 });
  if (answer === null) throw new Fault(`failed: cargo ${args.join(" ")}`);
  return answer;
}

/** name and version of each crate that is linked into a product; macros only run while it is
 *  built. */
function linked([product, triple]) {
  const edges = ["-e", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}"];
  const lines = fromCargo("tree", "--locked", "-p", product, "--target", triple, ...edges);
  const names = lines.split("\n").map((line) => line.split(" ").slice(0, 2).join(" "));
  return names.filter((name) => name && !name.startsWith("assent-"));
}

/** Each crate of the lock file that cargo has here, by name and version. */
function crates() {
  const found = new Map();
  for (const triple of ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]) {
    const answer = fromCargo(
      "metadata",
      "--locked",
      "--format-version",
      "1",
      "--filter-platform",
      triple,
    );
    for (const own of JSON.parse(answer).packages) found.set(`${own.name} v${own.version}`, own);
  }
  return found;
}

/** The licences by which we take a crate: of alternatives one, of what holds together all. */
export function chosen(expression) {
  const parts = expression.replaceAll("/", " OR ").split(/\bAND\b/);
  return parts.map((part) => {
    const names = part
      .replaceAll(/[()]/g, " ")
      .split(/\bOR\b/)
      .map((name) => name.trim());
    const known = preferred.find((name) => names.includes(name));
    if (!known && names.length > 1) throw new Fault(`none of these is known: ${expression}`);
    return known ?? names[0];
  });
}

const tidy = (text) =>
  text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[ \t]+$/gm, "")
    .replace(/^\n+/, "")
    .trimEnd();

/** The texts that go along with a crate. */
function texts({ name, license, manifest_path, authors }) {
  const folder = path.dirname(manifest_path);
  const files = readdirSync(folder).filter((file) =>
    /^(licen[cs]e|copying|copyright|notice|unlicense)/i.test(file),
  );
  const read = (file) => tidy(readFileSync(path.join(folder, file), "utf8"));
  const plain = files.filter((file) => path.extname(file) !== ".rs" && !isFolder(folder, file));
  const wanted = chosen(license);
  // One that is several at once says in all its files which holds for what.
  if (wanted.length > 1) return plain.map(read);
  const [only] = wanted;
  const all = plain.map((file) => [file, read(file)]);
  const own = all.filter(([, text]) => signs[only]?.test(text)).map(([, text]) => text);
  const beside = all.filter(([file]) => /^notice/i.test(file)).map(([, text]) => text);
  if (own.length > 0) return [...new Set([...own, ...beside])];
  const by =
    authors.length > 0 ? authors.join(", ").replaceAll(/ <[^>]*>/g, "") : `the authors of ${name}`;
  return [
    `Copyright (c) ${by}\n\n(The crate ships no text of its own. It is taken under ${only}: ${
      only === "MIT" ? `\n\n${mit}` : "its text stands in this file."
    })`,
  ];
}

const isFolder = (folder, file) =>
  readdirSync(folder, { withFileTypes: true }).some(
    (entry) => entry.name === file && entry.isDirectory(),
  );
const mit = tidy(readFileSync(at("LICENSE"), "utf8"))
  .split("\n")
  .slice(4)
  .join("\n");

/** What the pinned toolchain says of its own standard library. */
function standardLibrary() {
  const file = path.join(
    ask("rustc", ["--print", "sysroot"]) ?? "",
    "share/doc/rust/COPYRIGHT-library.html",
  );
  if (!existsSync(file))
    throw new Fault(`${file} is not there: it comes with Rust's component rustc`);
  const page = readFileSync(file, "utf8");
  const found = [];
  for (const part of page.split("<h3>").slice(1)) {
    const name = /^\S+ (\S+)<\/h3>/.exec(part)?.[1] ?? "";
    if (!ofStd.test(name)) continue;
    const pattern = /<summary><code>([^<]*)<\/code><\/summary>\s*<pre>([^<]*)<\/pre>/g;
    const files = [...part.matchAll(pattern)].map(([, , text]) => tidy(unescaped(text)));
    const own = files.filter((text) => signs.MIT.test(text));
    found.push([`${name} (in Rust's standard library)`, own.length > 0 ? own : files]);
  }
  if (found.length < 5) throw new Fault(`${file} has another form than expected`);
  const rust = `Copyright (c) The Rust Project Developers (see https://thanks.rust-lang.org)
Copyright (c) 2014 Alex Crichton (library/backtrace)
Copyright (c) 2019 The Crossbeam Project Developers (library/std/src/sync/mpmc)
Copyright (c) 1991-2024 Unicode, Inc (library/core/src/unicode/unicode_data.rs, under Unicode-3.0)

${mit}`;
  return [["Rust's standard library", [rust]], ...found];
}

const unescaped = (text) =>
  text
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

const rule = "-".repeat(78);

/** One notice file. Texts that are the same stand there once, with all that they hold for. */
function written(file, products, known) {
  const names = [...new Set(products.flatMap(linked))].sort();
  const entries = names.map((name) => {
    const own = known.get(name);
    if (!own) throw new Fault(`cargo does not know ${name}`);
    return [name.replace(" v", " "), own.license, texts(own)];
  });
  const holders = new Map();
  const add = (name, text) => holders.set(text, [...(holders.get(text) ?? []), name]);
  for (const [name, , own] of entries) for (const text of own) add(name, text);
  for (const [name, own] of standardLibrary()) for (const text of own) add(name, text);
  const what = file.startsWith("js/")
    ? "the module, the snippet, the app extension and the npm package"
    : "the binary `assent`, with the module that it embeds";
  const list = entries.map(([name, license]) => `  ${name} (${license})`);
  const blocks = [...holders].map(([text, of]) => `${rule}\n${of.join("\n")}\n\n${text}\n`);
  const sqlite = names.some((name) => name.startsWith("libsqlite3-sys"))
    ? "\nSQLite itself (inside libsqlite3-sys) is in the public domain: https://sqlite.org/copyright.html\n"
    : "";
  return `Assent is under the MIT licence (LICENSE). What others have written and is linked into
${what}, for Linux, is listed here with its
licences; below are the notices that go along, of alternatives one.
Made by \`node js/build/notices.mjs\`, not by hand.

${list.join("\n")}
  Rust's standard library (MIT OR Apache-2.0)
${sqlite}
${blocks.join("\n")}`;
}

/** The text of each notice file, as it should be. */
export function made() {
  const known = crates();
  return Object.entries(notices).map(([file, products]) => [file, written(file, products, known)]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(() => {
    for (const [file, text] of made()) {
      writeFileSync(at(...file.split("/")), text);
      console.log(`${file}: ${text.length} characters`);
    }
  });
}
