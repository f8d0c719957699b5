// Requests over raw sockets: as fast as so many connections take them, or so many a second, each at its
// own time. Raw, because an HTTP client in this process would be slower than the endpoint.
import net from "node:net";
import { checkoutAnchor, eventId, purchaseBeacon, sha256 } from "../beacon.mjs";
import { domainOf } from "./rig.mjs";

/** The endpoint ends a connection after 1000. */
const requestsPerConnection = 900;
/** Connections of what comes at its own time: so many that none waits for another's answer. */
const crowd = 256;

/** Purchases as requests, the n-th of a run its own: `{ id, bytes }`. Only the names differ, so that
 *  making one leaves the processor to the endpoint. */
export function purchases(run, { shops = 1 } = {}) {
  const now = Math.floor(Date.now() / 1000);
  const patterns = Array.from({ length: shops }, (_, n) => pattern(domainOf(n), now));
  return (n) => patterns[n % shops](`${run}-${n}`);
}

function pattern(shop, now) {
  const names = (token) => {
    const checkout = checkoutAnchor(shop, token);
    return [
      eventId(shop, "Purchase", checkout),
      checkout,
      sha256(token),
      sha256(`${token}@example.com`),
    ];
  };
  const beacon = purchaseBeacon(shop, "pattern", now);
  const old = names("pattern");
  // Cut where a name stands.
  const parts = JSON.stringify(beacon).split(new RegExp(`(${old.join("|")})`));
  const places = parts.map((part) => old.indexOf(part));
  return (token) => {
    const fresh = names(token);
    const body = parts.map((part, n) => (places[n] < 0 ? part : fresh[places[n]])).join("");
    return { id: fresh[0], bytes: post(body) };
  };
}

const post = (body) =>
  `POST /v1/events HTTP/1.1\r\nhost: e\r\ncontent-type: text/plain\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
export const healthz = () => ({ id: null, bytes: "GET /healthz HTTP/1.1\r\nhost: e\r\n\r\n" });

/** One connection after the other. */
class Line {
  constructor(port) {
    this.port = port;
    this.left = 0;
  }

  async ask(bytes) {
    if (this.left === 0 || this.socket?.destroyed) await this.#connect();
    this.left -= 1;
    return new Promise((resolve, reject) => {
      this.told = resolve;
      this.failed = reject;
      this.socket.write(bytes);
    });
  }

  #connect() {
    this.end();
    this.left = requestsPerConnection;
    const socket = net.connect({ port: this.port, host: "127.0.0.1", noDelay: true });
    this.socket = socket;
    return new Promise((resolve, reject) => {
      let answer = "";
      this.failed = reject;
      socket.setEncoding("latin1").once("connect", resolve);
      socket.on("error", (error) => this.socket === socket && this.failed(error));
      socket.on("close", () => {
        if (this.socket === socket) this.failed(new Error("the endpoint closed a connection"));
      });
      socket.on("data", (chunk) => {
        answer += chunk;
        const head = answer.indexOf("\r\n\r\n");
        if (head < 0) return;
        const length = Number(/\r\ncontent-length: (\d+)/i.exec(answer.slice(0, head))?.[1] ?? 0);
        if (answer.length < head + 4 + length) return;
        const status = answer.slice(9, 12);
        answer = "";
        this.told(status);
      });
    });
  }

  end() {
    const { socket } = this;
    this.socket = undefined;
    socket?.destroy();
  }
}

export const summary = (answers, seconds) => {
  const times = answers.map((answer) => answer.ms).sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const statuses = {};
  for (const { status } of answers) statuses[status] = (statuses[status] ?? 0) + 1;
  return { answers, statuses, perSecond: answers.length / seconds, p50: at(0.5), p99: at(0.99) };
};

/** On so many connections one request after the other, for so long or until so many. */
export async function inTurn({
  port,
  make,
  connections,
  seconds = Number.POSITIVE_INFINITY,
  most = Number.POSITIVE_INFINITY,
}) {
  const answers = [];
  let next = 0;
  const began = performance.now();
  const until = began + seconds * 1000;
  const converse = async () => {
    const line = new Line(port);
    while (next < most && performance.now() < until) {
      const { id, bytes } = make(next++);
      const sent = performance.now();
      const status = await line.ask(bytes);
      answers.push({ id, status, ms: performance.now() - sent });
    }
    line.end();
  };
  await Promise.all(Array.from({ length: connections }, converse));
  return summary(answers, (performance.now() - began) / 1000);
}

/** So many a second, whatever comes back. Times are from when each should have left. */
export async function atRate({ port, make, rate, seconds }) {
  const idle = Array.from({ length: crowd }, () => new Line(port));
  const all = [...idle];
  const answers = [];
  const began = performance.now();
  const total = Math.round(rate * seconds);
  const going = [];
  const go = async (n) => {
    const { id, bytes } = make(n);
    const line = idle.pop() ?? new Line(port);
    const due = began + (n * 1000) / rate;
    const at = Date.now();
    const status = await line.ask(bytes);
    answers.push({ id, status, at, ms: performance.now() - due });
    idle.push(line);
  };
  await new Promise((resolve) => {
    let next = 0;
    const look = () => {
      const due = Math.min(total, Math.floor(((performance.now() - began) * rate) / 1000) + 1);
      while (next < due) going.push(go(next++));
      if (next < total) setTimeout(look, 1);
      else resolve();
    };
    look();
  });
  await Promise.all(going);
  for (const line of all) line.end();
  return summary(answers, (performance.now() - began) / 1000);
}
