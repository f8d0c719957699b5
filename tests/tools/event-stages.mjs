// What the first event costs, and the one after it: each stage of it where it is, in a pasted pixel
// that runs, from handing it a checkout to the call that sends the beacon. Noted by what the pixel
// itself calls on its way: text of the question, into the module, out of it, and the address.
//
// By two clocks: the wall's, and the processor time of the thread, as Chromium's trace has it. Where the
// first is far longer the thread waited for a processor: telling another process of something wakes
// that, often on the same core.
import { standInForShopify } from "./bench-page.mjs";
import { spread } from "./spread.mjs";

/** In their order. Only the first event cleans the frame's address and asks the module again. */
export const eventStages = [
  "read the device",
  "write the question",
  "module",
  "read the plan",
  "clean the address",
  "replaceState",
  "module, cleaned",
  "send",
];
export const allOfIt = "all of it";
const sign = "assent-bench ";

/** Runs in the page: of the start and of two events what was noted, `[what, milliseconds, number]`
 *  each. */
async function noteEvents({ source, given, sign }) {
  const parts = [];
  let count = 0;
  const note = (what) => {
    parts.at(-1)?.push([what, performance.now(), count]);
    console.timeStamp(sign + count++);
  };
  const around = (object, name) => {
    const native = object[name];
    object[name] = function (...parameters) {
      note(name);
      const result = native.apply(this, parameters);
      note(`${name} done`);
      return result;
    };
  };
  // Called by the first line of the code: the stand-in has put its own fetch there by then.
  globalThis.noted = (analytics) => {
    around(JSON, "stringify");
    around(JSON, "parse");
    around(TextEncoder.prototype, "encode");
    around(History.prototype, "replaceState");
    around(globalThis, "fetch");
    return {
      subscribe: (name, heard) =>
        analytics.subscribe(name, (event) => {
          parts.push([]);
          note("heard");
          heard(event);
        }),
    };
  };
  globalThis.watched = ({ cookie, localStorage }) => {
    parts.push([]);
    note("code");
    const set = (text) => {
      note("cookie");
      return cookie.set(text);
    };
    return { cookie: { ...cookie, set }, localStorage };
  };
  const start = new Function("given", `return (${source})(given)`);
  const code = `analytics = noted(analytics); browser = watched(browser);${given.code}`;
  await start({ ...given, code });
  return parts;
}

/** Milliseconds until the module has answered for the first time: it writes its cookie. */
const untilReady = (notes) => notes.find(([what]) => what === "cookie")[1] - notes[0][1];

/** Milliseconds by stage, of `[what, at]`. What the module borrows of JavaScript is its own time. */
function stagesOf(notes) {
  const [device, question, module, plan, clean, replace, cleaned, send] = eventStages;
  const times = Object.fromEntries(eventStages.map((name) => [name, 0]));
  let [isInside, questions] = [false, 0];
  let [, since] = notes[0];
  const end = (name, at) => {
    times[name] += at - since;
    since = at;
  };
  for (const [what, at] of notes) {
    if (what === "stringify" && !isInside) end(questions === 0 ? device : clean, at);
    else if (what === "encode done" && !isInside) {
      end(question, at);
      isInside = true;
      questions += 1;
    } else if (what === "parse") {
      end(questions === 1 ? module : cleaned, at);
      isInside = false;
    } else if (what === "parse done") end(plan, at);
    else if (what === "replaceState") end(clean, at);
    else if (what === "replaceState done") end(replace, at);
    else if (what === "fetch") {
      end(send, at);
      return { ...times, [allOfIt]: at - notes[0][1] };
    }
  }
  throw new Error("an event was not sent");
}

/** What `work` gives, and the processor time, in milliseconds, at which each number was noted. */
async function traced(browser, work) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  const traceConfig = { includedCategories: ["devtools.timeline"], excludedCategories: ["*"] };
  await session.send("Tracing.start", { transferMode: "ReportEvents", traceConfig });
  const result = await work();
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  const noted = events
    .map(({ args, tts }) => [args?.data?.message ?? "", tts / 1000])
    .filter(([message]) => message.startsWith(sign))
    .map(([message, at]) => [Number(message.slice(sign.length)), at]);
  return [result, new Map(noted)];
}

/** Of the start, of the first event and of the next, `{ wall, processor }` each. */
async function measureOnce({ browser, inside, code }, given) {
  const [[start, ...events], processor] = await traced(browser, () =>
    inside(browser, (frame) =>
      frame.evaluate(noteEvents, { ...given, given: { code, events: 2 } }),
    ),
  );
  const clocks = (notes, figures) => ({
    wall: figures(notes),
    processor: figures(notes.map(([what, , number]) => [what, processor.get(number)])),
  });
  const [first, next] = events.map((notes) => clocks(notes, stagesOf));
  return { ready: clocks(start, untilReady), first, next };
}

/**
 * Fresh loads, by turns, so that a busy moment affects all alike.
 *
 * @param {Record<string, { browser: object, inside: Function, code: string }>} places the text, and
 *   where it runs: `inFreshPage` or `inFreshFrame` of that browser
 * @param {number} loads of each
 * @returns by place, as spreads: `ready` by either clock (`wall`, `processor`), and of the `first`
 *   event and of the `next` the stages by either clock
 */
export async function measureEventStages(places, loads) {
  const all = Object.fromEntries(Object.keys(places).map((name) => [name, []]));
  const given = { source: standInForShopify.toString(), sign };
  for (let index = 0; index < loads; index++)
    for (const [name, place] of Object.entries(places))
      all[name].push(await measureOnce(place, given));
  const clocks = (figures) => ({ wall: figures("wall"), processor: figures("processor") });
  return Object.fromEntries(
    Object.entries(all).map(([name, measured]) => {
      const event = (which) =>
        clocks((clock) =>
          Object.fromEntries(
            [...eventStages, allOfIt].map((stage) => [
              stage,
              spread(measured.map((one) => one[which][clock][stage])),
            ]),
          ),
        );
      const ready = clocks((clock) => spread(measured.map((one) => one.ready[clock])));
      return [name, { ready, first: event("first"), next: event("next") }];
    }),
  );
}
