// Plays a history on one build, whose answers settle the arguments of later calls; then the same
// calls on another build.
import { Device } from "./device.mjs";

/**
 * `{ script, answers }`: the calls, a list a page, and what came back. The script is all that
 * another build needs: `{ settings, pages: [{ init, kind, gpc, dice, calls: [[method, arguments]]
 * }] }`.
 */
export function unfold(Pixel, { settings, found, pages }) {
  const device = new Device();
  const script = { settings, pages: [] };
  for (const what of found) device.put(what);
  const answers = pages.map((view) => {
    const { init, kind, gpc, dice } = view;
    const calls = [];
    script.pages.push({ init, kind, gpc, dice, calls });
    const page = open(Pixel, settings, script.pages.at(-1));
    const ask = (method, ...args) => {
      calls.push([method, args]);
      return page.ask(method, args);
    };
    if (page.pixel) visit(ask, view, device);
    return page.close();
  });
  return { script, answers };
}

function visit(ask, { cleaned, begins, steps }, device) {
  device.pending = []; // of the page before: nobody waits for those any more
  ask("address");
  ask("cleaned", cleaned);
  const keys = ask("keys")?.split("\n") ?? [];
  const look = (sight) => [device.jar(keys, sight), device.now];
  let last;
  if (begins) {
    device.now += begins.passed;
    device.perform(ask("begin", ...look(begins.sight)), begins.sight);
  }
  for (const { passed, sight, change, call } of steps) {
    device.now += passed;
    if (change) changes[change.kind](device, change);
    const at = look(sight);
    if (call.ask === "heard") last = dated(call, device.now);
    const plan = {
      heard: () => ask("heard", last, ...at),
      again: () => last && ask("heard", last, ...at),
      // What the shopper decided is looked at in its turn; now and then an event comes in between.
      heed: () => ask("heed", call.signal) ?? ask("signalled", ...at),
      heed_bridge: () => ask("heed_bridge", call.event) ?? ask("signalled", ...at),
      signalled: () => ask("signalled", ...at),
      answered: () =>
        ask("answered", answeredKey(call, device), call.status, call.retryAfter, ...at),
      woken: () => ask("woken", ...at),
    }[call.ask]();
    device.perform(plan, sight);
  }
}

const changes = {
  put: (device, { what }) => device.put(what),
  lose: (device, { store, key }) => device.lose(store, key),
  lose_all: (device) => device.lose_all(),
};

const dated = ({ event, at }, now) =>
  event instanceof Object && !("timestamp" in event)
    ? { ...event, timestamp: at.text ?? new Date(now - at.ago).toISOString() }
    : event;

/** The key of one of the requests under way; a text is a key that no request has. */
function answeredKey({ which }, { pending }) {
  return typeof which === "string"
    ? which.toWellFormed()
    : (pending.splice(which % Math.max(pending.length, 1), 1)[0] ?? "0".repeat(32));
}

/** The answers of another build to the same calls. */
export function replay(Pixel, { settings, pages }) {
  return pages.map((view) => {
    const page = open(Pixel, settings, view);
    if (page.pixel) for (const [method, args] of view.calls) page.ask(method, args);
    return page.close();
  });
}

/** One page's module. Its answers are null where the settings were refused. */
function open(Pixel, settings, { init, kind, gpc, dice }) {
  const left = thrown(dice);
  const answers = [];
  globalThis.crypto.getRandomValues = (bytes) => {
    if (left.length === 0) throw new Error("the dice have been thrown");
    bytes.set(left.shift());
    return bytes;
  };
  const pixel = made(() => new Pixel(settings, init, kind, gpc));
  return {
    pixel,
    ask(method, args) {
      const answer = pixel[method](...args);
      answers.push(answer ?? null);
      return answer;
    },
    close() {
      return pixel ? answers : null;
    },
  };
}

export const thrown = ({ first, count }) =>
  Array.from({ length: count }, (_, at) =>
    Array.from({ length: 16 }, (_, byte) => (first + 31 * at + 7 * byte * at) & 255),
  );

function made(make) {
  try {
    return make();
  } catch (error) {
    if (error instanceof Error) throw error; // a trap; what the module throws itself is a text
    return null;
  }
}
