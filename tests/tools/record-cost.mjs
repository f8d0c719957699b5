// What each consent record costs in the pasted snippet: once for each file that the table of
// src/gate/src/consent/records names, the snippet is built without that file's lines there. Code
// that others use too stays in it, and counts for none. Some forty builds of the module; `node
// tests/tools/record-cost.mjs`. The figures stand in docs/size.md.
import { main, setUp } from "../../js/build/project.mjs";
import { Workshop } from "./workshop.mjs";

const table = "src/gate/src/consent/records/mod.rs";

await main(() => {
  setUp();
  const workshop = new Workshop();
  try {
    const whole = workshop.read(table);
    const lines = [...whole.matchAll(/^ {4}(\w+)::[A-Z0-9_]+,\n/gm)];
    const names = [...new Set(lines.map(([, name]) => name))];
    const bytesWith = (text) => {
      workshop.write(table, text);
      return workshop.build().pasted;
    };
    const all = bytesWith(whole);
    const costs = names.map((name) => [
      name,
      all - bytesWith(whole.replace(new RegExp(`^ {4}${name}::[A-Z0-9_]+,\\n`, "gm"), "")),
    ]);
    const none = bytesWith(whole.replace(/^ {4}(\w+)::[A-Z0-9_]+,\n/gm, ""));
    costs.sort(([, a], [, b]) => b - a);
    console.log(
      `snippet.js ${all} bytes; without any record ${none}; bytes that each record adds (what several share is in none):`,
    );
    for (const [name, bytes] of costs)
      console.log(`${name.padEnd(20)} ${String(bytes).padStart(6)}`);
  } finally {
    workshop.close();
  }
});
