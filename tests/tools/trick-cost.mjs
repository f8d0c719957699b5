// What each trick for bytes buys: what is pasted and what a hosted page fetches without it, one at a
// time. A dozen builds of the module; `node tests/tools/trick-cost.mjs [NAME …]`. The figures stand
// in docs/size.md.
import { Fault, main, setUp } from "../../js/build/project.mjs";
import { beside, Workshop } from "./workshop.mjs";

const module = "js/build/module.mjs";
const pack = "js/build/pack.mjs";
/** The build checks that the browser gets the same bytes back; without a trick it would not. */
const unchecked = [pack, "await checked(textOf(bytes), bytes)", "textOf(bytes)"];

/** By trick: files, what stands there, and what would stand there without. */
const tricks = {
  columns: [
    [
      "js/build/section.mjs",
      "const file = inColumns(readFileSync(wasm), code)",
      'const file = Buffer.concat([readFileSync(wasm), section("assent", code)])',
    ],
    ["js/src/section.js", "initSync(new WebAssembly.Module(joined(module)))", "initSync(module)"],
  ],
  "armour instead of base64": [
    unchecked,
    [pack, "armour(deflate(bytes))", 'deflate(bytes).toString("base64")'],
  ],
  "what undoes the armour, in front of the text": [
    unchecked,
    [pack, /`\$\{assembled\([^`]*`/, "armour(deflate(bytes))"],
  ],
  "zopfli instead of zlib": [[pack, "deflate = zopfli", "deflate = deflateSync"]],
  // It then stands before the packed module, minified as it is.
  "the page view's JavaScript inside the module": [
    [
      "js/build/section.mjs",
      "const file = inColumns(readFileSync(wasm), code)",
      `const file = inColumns(readFileSync(wasm), Buffer.alloc(0)); writeFileSync(at("${beside}"), code)`,
    ],
  ],
  "standard library built anew, a panic is a trap": [
    [module, /"-Zbuild-std=[^"]*",\s*"-Zbuild-std-features=[^"]*",/, ""],
    [module, '"-Cpanic=immediate-abort", ', ""],
  ],
  "LLVM inlines small functions only, and leaves four passes out": [
    [module, /, `-Cllvm-args=\$\{llvm\}`/, ""],
  ],
  "wasm-opt does the same, and folds addresses": [
    [module, /"--one-caller-inline[^"]*",\s*"--skip[^"]*",\s*"--skip[^"]*",\s*"--low[^"]*",/, ""],
  ],
  "the table without what nobody calls": [
    [module, "withoutUncalled(readFileSync(from), own)", "readFileSync(from)"],
  ],
  "wasm-bindgen's way with texts made simple": [
    ["js/build/glue.mjs", "pieces.reduce(", "pieces.slice(-1).reduce("],
  ],
  "kept texts as long as an address": [["src/pixel/Cargo.toml", ', features = ["swept"]', ""]],
};

function bytesWithout(workshop, patches) {
  const before = new Map();
  try {
    for (const [file, there, instead] of patches) {
      const text = workshop.read(file);
      if (!before.has(file)) before.set(file, text);
      const without = text.replace(there, () => instead);
      if (without === text)
        throw new Fault(`${file} no longer has ${there}: tests/tools/trick-cost.mjs`);
      workshop.write(file, without);
    }
    return workshop.build();
  } finally {
    for (const [file, text] of before) workshop.write(file, text);
  }
}

await main(() => {
  setUp();
  const asked = process.argv.slice(2);
  const unknown = asked.filter((name) => !Object.hasOwn(tricks, name));
  if (unknown.length > 0) throw new Fault(`There is no trick called ${unknown.join(" or ")}.`);
  const workshop = new Workshop();
  try {
    const all = workshop.build();
    const row = (name, { pasted, brotli, hosted }) =>
      console.log(
        [pasted, brotli, hosted].map((bytes) => String(bytes).padStart(8)).join(" "),
        ` ${name}`,
      );
    console.log("  pasted   brotli   hosted");
    row("with every trick", all);
    for (const name of asked.length > 0 ? asked : Object.keys(tricks)) {
      const without = bytesWithout(workshop, tricks[name]);
      row(
        `more without: ${name}`,
        Object.fromEntries(
          Object.entries(all).map(([what, bytes]) => [what, without[what] - bytes]),
        ),
      );
    }
  } finally {
    workshop.close();
  }
});
