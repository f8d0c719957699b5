// Other trackers, each as a custom pixel would carry it: its own packages at pinned versions, with
// the few lines of tests/tools/trackers/ that start it and hand it a checkout. `npm run bench` and
// `npm run size` measure them beside ours. They are a package of their own, which nothing else here
// installs.
import { existsSync, readFileSync } from "node:fs";
import { at, run } from "../../js/build/project.mjs";

const folder = (...parts) => at("tests", "tools", "trackers", ...parts);

/** By the file in tests/tools/trackers: the packages it is made of. */
const packagesOf = {
  snowplow: ["@snowplow/browser-tracker"],
  walkeros: ["@walkeros/collector", "@walkeros/web-core"],
  jitsu: ["@jitsu/js"],
  rudderstack: ["@rudderstack/analytics-js"],
  segment: ["@segment/analytics-next"],
};

/** Pixels for scale: one that does nothing, and one as a merchant writes it. */
export const scale = { "null pixel": "null", "plain pixel": "plain" };

/** What each does of what ours does, and what the figures leave out. */
export const notes = {
  snowplow: "queue in localStorage, retries; asks no consent, hashes nothing",
  walkeros: "can hold events for consent it is told of, reads no tool's record; no queue, no retry",
  jitsu: "no queue, no retry; asks no consent, hashes nothing",
  rudderstack: "queue in localStorage, retries; consent plug-ins and its configuration left out",
  segment: "queue in memory, retries; its configuration and destinations left out",
};

/** Brings the packages, when the lock file is another than last time. */
export function setUpTrackers() {
  const installed = folder("node_modules", ".package-lock.json");
  const wanted = JSON.parse(readFileSync(folder("package-lock.json"), "utf8")).packages;
  const there = existsSync(installed) ? JSON.parse(readFileSync(installed, "utf8")).packages : {};
  const same = Object.entries(wanted).every(
    ([name, { version }]) => name === "" || there[name]?.version === version,
  );
  if (same) return;
  console.log("· npm packages of the trackers to compare with");
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: folder() });
}

/** The text of one pixel of tests/tools/trackers, as small as esbuild makes it. What a tracker
 *  would fetch later, when it is asked for, is left out. */
export async function pixelOf(name) {
  const esbuild = await import("esbuild");
  const { outputFiles } = await esbuild.build({
    entryPoints: [folder(`${name}.js`)],
    bundle: true,
    write: false,
    minify: true,
    legalComments: "none",
    logLevel: "error",
    format: "iife",
    platform: "browser",
    target: "es2022",
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [fetchedLater],
  });
  return outputFiles[0].text;
}

const fetchedLater = {
  name: "fetched later",
  setup(build) {
    build.onResolve({ filter: /.*/ }, ({ kind, path }) =>
      kind === "dynamic-import" ? { path, external: true } : undefined,
    );
  },
};

/** `{ name, version, note, code }` of each, by its file's name. */
export async function trackers() {
  const versionOf = (name) =>
    JSON.parse(readFileSync(folder("node_modules", name, "package.json"), "utf8")).version;
  const entries = Object.entries(packagesOf).map(async ([name, packages]) => [
    name,
    {
      packages: packages.map((one) => `${one} ${versionOf(one)}`),
      note: notes[name],
      code: await pixelOf(name),
    },
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
