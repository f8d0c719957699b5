// Who is asked for the same answers: each is given a script (play.mjs) and gives JSON text, what
// `JSON.stringify` makes of the answers of a module. Several scripts may be under way; they are
// answered in their order.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { Worker } from "node:worker_threads";
import { thrown } from "./play.mjs";

class Turns {
  #waiting = [];

  next(ask) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      ask();
    });
  }

  answered = (text) => this.#waiting.shift().resolve(text);
  failed = (error) => this.#waiting.shift().reject(error);
  ended = (error) => {
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  };
}

/** Another build for JavaScript, in a thread of its own, so that it works beside the first. */
export class Threaded {
  #turns = new Turns();

  constructor(name) {
    this.name = name;
    this.thread = new Worker(new URL("./thread.mjs", import.meta.url), { workerData: name });
    this.thread.on("message", ({ text, trap }) =>
      trap ? this.#turns.failed(new Error(`${name}: ${trap}`)) : this.#turns.answered(text),
    );
    this.thread.on("error", this.#turns.ended);
  }

  answers(script) {
    return this.#turns.next(() => this.thread.postMessage(script));
  }

  stop() {
    return this.thread.terminate();
  }
}

/** The native build (tests/native): a process that reads a line and writes one. */
export class Native {
  name = "native";
  #turns = new Turns();

  constructor(program) {
    this.child = spawn(program, [], { stdio: ["pipe", "pipe", "pipe"] });
    let said = "";
    this.child.stderr.on("data", (text) => (said += text));
    createInterface({ input: this.child.stdout }).on("line", this.#turns.answered);
    const end = (how) => this.#turns.ended(new Error(`${program} ${how}:\n${said}`));
    this.child.once("error", (error) =>
      end(`could not be run (${error.message}); run: npm run build`),
    );
    this.child.once("close", (code, signal) => end(`ended (${signal ?? `exit ${code}`})`));
    this.child.stdin.on("error", () => {}); // the process has ended; its "close" event says how
  }

  answers(script) {
    return this.#turns.next(() => this.child.stdin.write(`${line(script)}\n`));
  }

  stop() {
    this.child.stdin.end();
  }
}

/** A lone surrogate is read as U+FFFD by the module, and has no place in JSON's encoding at all: a
 *  program is told of U+FFFD. */
const line = ({ settings, pages }) =>
  JSON.stringify({
    settings: JSON.stringify(settings),
    pages: pages.map(({ start, dice, questions }) => ({
      start: wellFormed(start),
      dice: thrown(dice),
      questions: questions.map(wellFormed),
    })),
  });

const wellFormed = (json) =>
  JSON.stringify(
    JSON.parse(json, (_, value) => (typeof value === "string" ? value.toWellFormed() : value)),
  );
