// Plays a history on one build, whose answers settle later questions; then the same questions on
// another build.
import { Device } from "./device.mjs";

/**
 * `{ script, answers }`: the questions as JSON, a list a page, and what came back. The script is
 * all that another build needs: `{ settings, pages: [{ start, dice, questions: [text] }] }`.
 */
export function unfold(door, { settings, found, pages }) {
  const device = new Device();
  const script = { settings, pages: [] };
  for (const what of found) device.put(what);
  const answers = pages.map((view) => {
    const { init, kind, gpc, leg, dice } = view;
    const questions = [];
    script.pages.push({ start: text({ init, kind, gpc, leg }), dice, questions });
    const page = open(door, settings, script.pages.at(-1));
    const ask = (question) => {
      questions.push(text(question));
      const plan = page.ask(questions.at(-1));
      return plan && JSON.parse(plan);
    };
    if (page.keys !== null) visit(ask, page.keys.split("\n"), view, device);
    return page.close();
  });
  return { script, answers };
}

/** As js/src/page.js writes a question. What cannot be written it leaves out whole; here only the
 *  number that could not. */
const text = (question) =>
  JSON.stringify(question, (_, value) => (typeof value === "bigint" ? {} : value));

function visit(ask, keys, { cleaned, recalled, begins, steps }, device) {
  device.pending = []; // of the page before: nobody waits for those any more
  /** Asks with the device as it is now, and does what the plan says, as js/src/page.js does. */
  const inTurn = (question, sight) => {
    const at = { jar: device.jar(keys, sight), now: Math.floor(device.now / 1000) };
    const perform = (question) => {
      const plan = ask({ ...question, ...at });
      if (plan?.acts?.some((act) => act.do === "clean")) perform({ do: "cleaned", what: cleaned });
      device.perform(plan, sight);
    };
    perform(question);
  };
  let last;
  for (const { passed, sight, told, at } of recalled) {
    device.now += passed;
    const heard = told.event ? { event: dated(told.event, at, device.now) } : told;
    inTurn({ do: "recall", heard }, sight);
  }
  if (begins) {
    device.now += begins.passed;
    inTurn({ do: "begin" }, begins.sight);
  }
  for (const { passed, sight, change, call } of steps) {
    device.now += passed;
    if (change) changes[change.kind](device, change);
    if (call.ask === "heard") last = dated(call.event, call.at, device.now);
    const turn = (question) => inTurn(question, sight);
    ({
      heard: () => turn({ do: "heard", event: last }),
      again: () => last && turn({ do: "heard", event: last }),
      // What the shopper decided is looked at in its turn; now and then an event comes in between.
      heed: () => {
        ask({ do: "heed", privacy: call.signal });
        if (!call.alone) turn({ do: "signalled" });
      },
      heed_bridge: () => {
        ask({ do: "heed_bridge", event: call.event });
        if (!call.alone) turn({ do: "signalled" });
      },
      signalled: () => turn({ do: "signalled" }),
      answered: () =>
        turn({
          do: "answered",
          key: answeredKey(call, device),
          status: call.status,
          retryAfter: call.retryAfter,
          said: call.said,
        }),
      woken: () => turn({ do: "woken" }),
    })[call.ask]();
  }
}

const changes = {
  put: (device, { what }) => device.put(what),
  lose: (device, { store, key }) => device.lose(store, key),
  lose_all: (device) => device.lose_all(),
};

const dated = (event, at, now) =>
  event instanceof Object && !("timestamp" in event)
    ? { ...event, timestamp: at.text ?? new Date(now - at.ago).toISOString() }
    : event;

/** The key of one of the requests under way; a text is a key that no request has. */
function answeredKey({ which }, { pending }) {
  return typeof which === "string"
    ? which
    : (pending.splice(which % Math.max(pending.length, 1), 1)[0] ?? "0".repeat(32));
}

/** The answers of another build to the same questions. */
export function replay(door, { settings, pages }) {
  return pages.map((view) => {
    const page = open(door, settings, view);
    if (page.keys !== null) for (const question of view.questions) page.ask(question);
    return page.close();
  });
}

/** One page's module. Its answers, the keys first, are null where the settings were refused. */
function open(door, settings, { start, dice }) {
  const left = thrown(dice);
  globalThis.crypto.getRandomValues = (bytes) => {
    if (left.length === 0) throw new Error("the dice have been thrown");
    bytes.set(left.shift());
    return bytes;
  };
  const keys = made(() => door.open(settings, start));
  const answers = [keys];
  return {
    keys,
    ask(question) {
      const answer = door.ask(question);
      answers.push(answer);
      return answer;
    },
    close: () => (keys === null ? null : answers),
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
