// A PostgreSQL to be measured with, as tests/postgres starts it for the tests, but so that a commit waits for the disk.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { bin, cargo } from "../../../js/build/project.mjs";
import { cpuOfFamily } from "./process.mjs";

export class Postgres {
  /** `settings` of the server, each `name=value`. */
  static async start(settings = []) {
    cargo("build", "--release", "--locked", "-p", "assent-postgres");
    const server = new Postgres(settings);
    [server.port, server.pid, server.password] = (await server.answer()).split("\n");
    return server;
  }

  constructor(settings) {
    this.child = spawn(bin("release", "assent-postgres"), settings, {
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
    this.asked = Promise.resolve();
  }

  async answer() {
    const lines = [];
    for (;;) {
      const { value, done } = await this.lines.next();
      if (done) throw new Error("PostgreSQL has ended: its words are above");
      if (value === ".") return lines.join("\n");
      lines.push(value);
    }
  }

  /** One after the other, since answers come in that sequence. */
  ask(line) {
    this.asked = this.asked.then(() => {
      this.child.stdin.write(`${line.replaceAll("\n", " ")}\n`);
      return this.answer();
    });
    return this.asked;
  }

  /** A fresh database: how a configuration names it, and a way to ask it. */
  async database() {
    const name = await this.ask("database");
    return {
      sql: (text) => this.ask(`${name} ${text}`),
      configured: {
        store: `store = "postgres://postgres@127.0.0.1:${this.port}/${name}"\nstore_password_env = "ASSENT_BENCH_PASSWORD"`,
        secrets: { ASSENT_BENCH_PASSWORD: this.password },
      },
    };
  }

  /** Seconds of processor so far, of all its processes. */
  cpu() {
    return cpuOfFamily(this.pid);
  }

  async stop() {
    this.child.stdin.end();
    await new Promise((resolve) => this.child.once("close", resolve));
  }
}
