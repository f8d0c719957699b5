// The bench's figures as a table that a person reads: what, measured, budget.
import { dashboardTable } from "./bench-dashboard.mjs";
import { endpointTable } from "./bench-endpoint.mjs";
import { columns } from "./columns.mjs";
import { allOfIt } from "./event-stages.mjs";
import { mappingTable } from "./mapping.mjs";
import { framesTable, module } from "./storage-cost.mjs";

const n = (value, digits = value < 10 ? 2 : value < 100 ? 1 : 0) =>
  value === undefined
    ? ""
    : value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
const bytes = (value) => n(value, 0);
const times = (figure) => (figure ? `${n(figure.median)} (${n(figure.from)}–${n(figure.to)})` : "");

/**
 * The budgets, each `{ what, unit, measured, budget, aim }`; `measured` a number or a spread.
 * Byte budgets hold always; a time only says something beside the others of its run.
 */
export function budgets({ sizes, loads, event, memory, frames, kept }) {
  const ours = sizes.ours;
  const hosted = loads["hosted, later view"];
  const pasted = loads.pasted;
  const hostedText = ours["hosted: what is pasted"];
  const before = loads["before: app extension"]?.granted;
  const { ready, first } = event["in a page"];
  return [
    ["no grant possible, hosted: own CPU (ms)", hosted.without.cpu, 1, 0.3],
    ["no grant possible, hosted: until idle (ms)", hosted.without.idle, 1, 0.3],
    ["no grant possible: requests", hosted.without.requests, 0],
    ["no grant possible, hosted: bytes (brotli)", hostedText.brotli, 1_500, 900],
    [
      "hosted, first granted view: bytes (brotli)",
      hostedText.brotli + ours["hosted: module, fetched"].brotli,
      45_000,
      41_000,
    ],
    [
      "hosted, later view: bytes (brotli)",
      hostedText.brotli + (kept ? 0 : ours["hosted: module, fetched"].brotli),
      1_500,
      900,
    ],
    // 57,000 left room for the readers of shops in the wild, which have come since.
    ["pasted: bytes", ours["pasted: all of it"].raw, 60_000, 52_000],
    ["pasted: bytes (brotli)", ours["pasted: all of it"].brotli, 43_000, 40_000],
    ["ready, pasted (ms)", pasted.granted.ready, 20, 10],
    ["  the same: processor time (ms)", ready.processor],
    ["ready, hosted, later view (ms)", hosted.granted.ready, 25, 15],
    ["first event, pasted (ms)", pasted.granted.first, 6, 4],
    ["  the same: processor time (ms)", first.processor[allOfIt]],
    ["further event, pasted (ms)", pasted.granted.further, 0.7, 0.3],
    [`memory after ${bytes(memory.events)} events (bytes)`, memory.bytes, 16_777_216, 4_194_304],
    ["app extension: bytes", ours["app extension"].raw, 98_304],
    ["app extension: ready (ms)", loads["app extension"].granted.ready, before?.ready.median],
    ["app extension: first event (ms)", loads["app extension"].granted.first, before?.first.median],
    ["app extension, no grant possible: until idle (ms)", loads["app extension"].without.idle],
    ...Object.entries(frames.costs).map(([shop, costs]) => [
      `another pixel's frame, for ${module} KB in localStorage, ${shop} (ms)`,
      costs,
      5,
    ]),
  ].map(([what, measured, budget, aim]) => ({ what, measured, budget, aim }));
}

function verdict({ measured, budget, aim }) {
  const value = measured.median ?? measured;
  if (budget === undefined) return "";
  if (value > budget) return "missed";
  return aim === undefined || value <= aim ? "met" : "met, not the aim";
}

export function table(figures) {
  const { sizes, loads, stages, event, frames, endpoint, dashboard, mapping, notes, of } = figures;
  const shown = (value) =>
    typeof value === "object" ? times(value) : value === undefined ? "" : bytes(value);
  const limit = (value) => (value === undefined ? "–" : n(value, value % 1 ? 1 : 0));
  const textOf = (name) =>
    sizes.others[name] ??
    {
      pasted: sizes.ours["pasted: all of it"],
      "hosted, first view": sizes.ours["hosted: what is pasted"],
      "hosted, later view": sizes.ours["hosted: what is pasted"],
      "app extension": sizes.ours["app extension"],
    }[name];
  return [
    `median of ${of.loads} fresh loads in Chromium ${of.chromium}, and between what half of them lie; a checkout of 3 lines`,
    "",
    ...columns([
      ["", "measured", "budget", "aim", ""],
      ...figures.budgets.map((one) => [
        one.what,
        shown(one.measured),
        limit(one.budget),
        limit(one.aim),
        verdict(one),
      ]),
    ]),
    "",
    "beside others, in the same run (bytes of what is pasted; the rest in ms)",
    ...columns([
      ["", "", "", "no grant:", "", "granted:", "", "", "start to", ""],
      ["", "bytes", "brotli", "CPU", "until idle", "ready", "first", "further", "a beacon", "CPU"],
      ...Object.entries(loads).map(([name, { without, granted = {} }]) => {
        const text = textOf(name);
        return [
          name,
          text ? bytes(text.raw) : "",
          text ? bytes(text.brotli) : "",
          times(without.cpu),
          times(without.idle),
          ...["ready", "first", "further", "beacon", "cpu"].map((what) => times(granted[what])),
        ];
      }),
    ]),
    ...Object.entries(notes).map(([name, note]) => `  ${name}: ${note}`),
    "",
    "what limits it now: the stages of a start alone, each in a fresh page (ms)",
    ...columns(Object.entries(stages).map(([name, figure]) => [`  ${name}`, times(figure)])),
    ...figures.limits.map((line) => `  ${line}`),
    "",
    "what the first event is made of, pasted, and the next (ms)",
    ...columns([
      ["", ...Object.keys(event).flatMap((place) => [place, "processor"]), "the next"],
      ...Object.keys(Object.values(event)[0].first.wall).map((stage) => [
        `  ${stage}`,
        ...Object.values(event).flatMap(({ first: { wall, processor } }) => [
          times(wall[stage]),
          times(processor[stage]),
        ]),
        times(Object.values(event)[0].next.wall[stage]),
      ]),
    ]),
    "",
    framesTable(frames),
    "",
    endpointTable(endpoint),
    "",
    dashboardTable(dashboard),
    "",
    mappingTable(mapping),
    "",
    `${of.commit}, ${of.date}, ${of.cores} cores (${of.processor}): browser, load generator and stand-ins ran on them too`,
  ].join("\n");
}
