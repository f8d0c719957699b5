// One page view: begins with what was heard before the module was there, reads the device, asks
// the module, does what the plan says. It decides nothing.
import { readJar, writeCookie, writeStorage } from "./device.js";
import { keep } from "./keep.js";
import { isFault, send } from "./send.js";

/** Characters of a question; most have a hundredth of them. One that stays four times as long is
 *  not asked: the module would keep the memory for it. */
const long = 1_000_000;
/** Characters of a text in a long question. Of all that is read the outbox is the longest, with
 *  some 256 KiB: `src/gate/src/limits.rs`. */
const longText = 300_000;
/** Items of a list in a long question. The gate reads no further: `src/gate/src/limits.rs`. */
const items = 500;

/**
 * Takes the page over from the room: what is told next is told to this. Throws where the settings
 * cannot be read.
 *
 * @param {{ open(settings: object, start: string): string, ask(question: string): string }} door
 *   the module's two functions (src/pixel)
 * @param {import("./room.js").Room} room
 * @param {typeof import("./leg.js").leg} [leg] the browser leg; without it the module is told of
 *   none, and asks for none
 */
export function run(door, room, leg) {
  const { browser, init, settings, kind, gpc, heard } = room;
  const keys = door.open(settings, textOf({ init, kind, gpc, leg: !!leg })).split("\n");
  const endpoint = `${settings.endpoint}/v1/events`;
  let dead = false;
  let queue = Promise.resolve();
  let events = 0; // heard so far
  let timer; // of the next look
  let jar = { cookie: false, storage: {} }; // as it was last seen

  const warned = new Set();
  /** Not again for the same `what`: a console must not be flooded. */
  const warnOnce = (what, why) => {
    if (!warned.has(what)) console.warn(`[assent] ${what} ${why}`);
    warned.add(what);
  };

  const stop = (error) => {
    dead = true;
    warnOnce("stopped,", `nothing more is sent from this page: ${error?.message || error}`);
  };

  /** The question as text. An event for which there is none (a cycle, a getter that throws, a
   *  BigInt) is left out. Not so a signal: it may have been a no, and one that says nothing takes
   *  the place of the yes that was known. */
  const written = (question) => {
    try {
      return textOf(question);
    } catch (error) {
      const [kind] = Object.keys(question.heard ?? {});
      const isEvent = question.do === "heard" || kind === "event";
      // By its kind alone: what a getter throws could quote the shopper's data.
      warnOnce(
        isEvent ? "an event" : "a signal",
        `cannot be read, and ${isEvent ? "is left out" : "counts as undecided"}: ${error?.name}`,
      );
      const { do: word, jar, now, events } = question;
      return isEvent
        ? undefined
        : textOf({ do: word, heard: kind && { [kind]: {} }, jar, now, events });
    }
  };

  /** Every call of the module. After a trap the instance is dead. */
  const ask = (question) => {
    try {
      const text = dead ? undefined : written(question);
      return text && JSON.parse(door.ask(text) || null);
    } catch (error) {
      stop(error);
    }
  };

  /** One at a time, each with a fresh look at the device. */
  const inTurn = (question) => {
    queue = queue
      .then(async () => {
        jar = await readJar(browser, keys);
        perform({ ...question, jar, now: now() });
      })
      .catch(stop);
  };

  const acts = {
    send: async ({ key, body }) => {
      const answer = await send(endpoint, body);
      if (isFault(answer))
        warnOnce(
          endpoint,
          `answered ${answer.status}: is the shop in its assent.toml, the snippet new, and the proxy passing all on?`,
        );
      inTurn({ do: "answered", key, ...answer });
    },
    cookie: ({ text }) => writeCookie(browser, text),
    store: ({ key, value }) => {
      // A withdrawal removes the module, also one that is just being kept.
      if (key === "assent.module") room.fetched = undefined;
      return writeStorage(browser, key, value);
    },
    wake: ({ after }) => setTimeout(inTurn, after * 1000, { do: "woken" }),
    look: ({ after }) => {
      clearTimeout(timer);
      if (after) timer = setTimeout(inTurn, after * 1000, { do: "looked" });
    },
    keep: () => keep(room),
    ...leg?.acts,
  };

  /** An act that fails (a full storage, TikTok's script throwing) must not keep the next from being
   *  done. */
  async function carryOut(act) {
    try {
      await acts[act.do](act);
    } catch (error) {
      // TikTok's script has been given the shopper's data, and might quote them.
      warnOnce(
        act.do,
        `failed: ${/track|identify|page|revoke/.test(act.do) ? error?.name : error}`,
      );
    }
  }

  /** Asks, and does what the plan says. */
  function perform(question) {
    const { jar, now } = question;
    const plan = ask({ ...question, events });
    for (const act of plan?.acts ?? []) {
      // The module holds its events until it knows what came of it, so it is told at once.
      if (act.do === "clean")
        perform({ do: "cleaned", what: leg.clean(act.url, act.referrer), jar, now });
      else carryOut(act);
    }
    for (const { event, done, ...line } of plan?.said ?? []) {
      const seen = (line.records ?? []).map(({ source, decision }) => `${source}: ${decision}`);
      const conflicts = (line.conflicts ?? []).map(
        ({ yes, no }) => `conflict: ${yes} yes, ${no} no`,
      );
      const why = [
        line.name,
        line.event_id,
        line.decision && `${line.decision} by ${line.rule}`,
        ...seen,
        ...conflicts,
      ]
        .filter(Boolean)
        .join(", ");
      console.info(`[assent] ${event}: ${done}${why && ` (${why})`}`, { event, done, ...line });
    }
  }

  room.hear = (told) => {
    if ("event" in told) return inTurn({ do: "heard", ...told, number: ++events });
    // What the shopper decides counts at once, also for the events that are already in the queue.
    const heed =
      "privacy" in told ? { do: "heed", ...told } : { do: "heed_bridge", event: told.bridge };
    perform({ ...heed, now: now() });
    inTurn({ do: "signalled" });
  };
  // A worker has no document, and cannot know.
  const { document } = globalThis;
  const seen = () => perform({ do: document.visibilityState, jar, now: now() });
  document?.addEventListener("visibilitychange", seen);
  if (document?.hidden) seen();
  for (const { now, ...rest } of heard.splice(0))
    perform({ do: "recall", ...rest, now: seconds(now) });
  inTurn({ do: "begin" });
}

const now = () => seconds(Date.now());
const seconds = (milliseconds) => Math.floor(milliseconds / 1000);

/** A cart of ten megabytes must not stop a page either: its lists are cut to what is read, and a
 *  text that nobody reads is one that could not be read. */
function textOf(question) {
  const whole = JSON.stringify(question);
  if (whole.length < long) return whole;
  const cut = JSON.stringify(question, (_, value) =>
    Array.isArray(value) ? value.slice(0, items) : value?.length > longText ? false : value,
  );
  if (cut.length > 4 * long) throw new RangeError();
  return cut;
}
