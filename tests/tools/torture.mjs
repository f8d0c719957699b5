// `npm run torture [-- --minutes 5] [-- --seed N]`: everything that treats the endpoint badly, for
// longer than `npm test` has time for, and what it came to. Each test says its figures in lines
// `torture: <what>: <how many>`; the same <what> of several tests is added up.
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { Fault, main, root, setUp } from "../../js/build/project.mjs";
import { sums, wrongIn } from "./torture-figures.mjs";

const { values: asked } = parseArgs({
  options: { minutes: { type: "string", default: "5" }, seed: { type: "string" } },
});
/** Other seeds every day: `npm test` always takes the same. */
const first = asked.seed ?? String(Math.floor(Date.now() / 86_400_000) * 100_000);

const programs = [
  ["simulation", [], { ASSENT_SIMULATION_MINUTES: asked.minutes, ASSENT_SIMULATION_FIRST: first }],
  ["torture", [], { ASSENT_SEVERAL_SECONDS: "120" }],
  ["torture", ["--ignored"], {}],
  ["crash", [], {}],
  ["power", [], { ASSENT_POWER: "long" }],
  ["endpoint", ["malformed", "strangers", "slow_strangers", "overload", "doors"], {}],
  ["bounded", [], { ASSENT_MUTATIONS: "10" }, "assent-hostile"],
];
/** What older tests say in words of their own. */
const words = [
  [/^(\d+) kills: /, "crashes survived: kill -9"],
  [/^power cuts: (\d+) survived/, "lost-write points survived: power cuts"],
  [/^full disks: (\d+) survived/, "lost-write points survived: full disks"],
  [/^failed syncs: (\d+) survived/, "lost-write points survived: failed syncs"],
  [/^hostile input: (\d+) \w+ tried/, "hostile input tried and judged"],
];

await main(async () => {
  setUp();
  const figures = new Map();
  const failed = [];
  for (const [name, filters, env, crate = "assent-endpoint"] of programs) {
    console.log(`\n── ${name}`);
    const args = ["test", "--release", "-p", crate, "--locked", "--test", name, "--"];
    const code = await listen("cargo", [...args, "--nocapture", ...filters], env, (line) => {
      const figure = read(line);
      if (figure) figures.set(figure[0], (figures.get(figure[0]) ?? 0) + figure[1]);
    });
    if (code !== 0) failed.push(name);
  }
  console.log(`\n── what it came to (seeds from ${first})`);
  for (const [what, n] of figures) console.log(`${String(n).padStart(12)}  ${what}`);
  const { came, stands } = sums(figures);
  console.log(`${String(came).padStart(12)}  accepted or made of orders, and ${stands} stand`);
  const wrong = wrongIn(figures);
  if (failed.length > 0) wrong.unshift(`failed: ${failed.join(", ")}`);
  if (wrong.length > 0) throw new Fault(wrong.join("\n"));
});

function read(line) {
  const told = line.match(/^torture: (.+): (\d+)$/);
  if (told) return [told[1], Number(told[2])];
  for (const [pattern, what] of words) {
    const found = line.match(pattern);
    if (found) return [what, Number(found[1])];
  }
  return null;
}

/** Runs it with its output shown, line by line. */
function listen(command, args, env, hear) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        const lines = (rest + text).split("\n");
        rest = lines.pop();
        for (const line of lines) {
          console.log(line);
          // A test's first line stands behind its name.
          hear(line.replace(/^test .* \.\.\. /, ""));
        }
      });
    }
    child.on("error", reject);
    child.on("close", resolve);
  });
}
