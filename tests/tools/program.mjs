// A server as a child process: its lines kept, its end awaited, readiness polled with a deadline.
import { spawn } from "node:child_process";
import net from "node:net";
import { createInterface } from "node:readline";
import { Fault } from "../../js/build/project.mjs";

export class Program {
  /** Starts at once. `onLine(line)` gets stdout and stderr as they come; `lines` keeps them. */
  constructor(name, command, args, { cwd, env = {}, onLine = () => {} } = {}) {
    this.name = name;
    this.lines = [];
    this.child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.ended = new Promise((resolve) => {
      this.child.once("error", (error) => resolve(`could not be started: ${error.message}`));
      this.child.once("close", (code, signal) => resolve(`ended (${signal ?? `exit ${code}`})`));
    });
    this.ended.then((how) => (this.how = how));
    for (const stream of [this.child.stdout, this.child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        this.lines.push(line);
        onLine(line);
      });
    }
  }

  get log() {
    return this.lines.join("\n");
  }

  /** Asks it to end and waits; one that does not is killed, and that is a fault. */
  async stop(seconds = 15) {
    if (this.how) return;
    this.child.kill("SIGTERM");
    const stuck = setTimeout(() => this.child.kill("SIGKILL"), seconds * 1000);
    const how = await this.ended;
    clearTimeout(stuck);
    if (how.includes("SIGKILL"))
      throw new Fault(`${this.name} did not end within ${seconds} s of being asked to.`);
  }

  /** kill -9. */
  async kill() {
    this.child.kill("SIGKILL");
    await this.ended;
  }

  /** Polls until `check` gives something truthy; fails with the program's own words if it ends or
   *  does not get there. */
  async until(check, what, seconds = 30) {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      if (this.how) throw new Fault(`${this.name} ${this.how} before ${what}:\n${this.tail()}`);
      const value = await check();
      if (value) return value;
      if (Date.now() > deadline)
        throw new Fault(`${this.name}: not ${what} after ${seconds} s:\n${this.tail()}`);
      await pause();
    }
  }

  tail() {
    return (
      this.lines
        .slice(-20)
        .map((line) => `    ${line}`)
        .join("\n") || "    (it said nothing)"
    );
  }
}

/** Polls `check` until it gives something truthy, and gives that. After the deadline the error says
 *  `what` never came. */
export async function eventually(check, what, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > deadline)
      throw new Error(
        `not within ${seconds} s: ${typeof what === "function" ? await what() : what}`,
      );
    await pause();
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** A loopback port for each wanted port: the wanted one if it is free, else any other. No two are
 *  the same. */
export async function freePorts(wanted) {
  const servers = [];
  for (const port of wanted)
    servers.push((port && (await listen(port))) || (await listenAnywhere()));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** At none of the ports that systems give to outgoing connections (from 32768 on): one of those could
 *  be taken by a connection between our look and the moment the server itself listens there. */
async function listenAnywhere() {
  for (;;) {
    const server = await listen(20_000 + Math.floor(Math.random() * 12_000));
    if (server) return server;
  }
}

function listen(port) {
  const server = net.createServer();
  return new Promise((resolve) => {
    server.once("error", () => resolve(null)).listen(port, "127.0.0.1", () => resolve(server));
  });
}
