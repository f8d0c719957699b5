// A bounded load generator: so many bodies over so many connections, one request in flight on each.
// Raw sockets, because an HTTP client in this process would be slower than the endpoint.
import net from "node:net";

/** Posts every body once. Gives `{ statuses: {code: n}, seconds, perSecond, p50, p99 }`, times in
 *  milliseconds. */
export async function load({ port, path, bodies, connections }) {
  const requests = bodies.map((body) =>
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: text/plain\r\nuser-agent: load\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  const times = [];
  const statuses = {};
  let next = 0;
  const began = performance.now();
  const take = () => (next < requests.length ? requests[next++] : null);
  await Promise.all(
    Array.from({ length: connections }, () =>
      converse(port, take, (status, ms) => {
        statuses[status] = (statuses[status] ?? 0) + 1;
        times.push(ms);
      }),
    ),
  );
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { statuses, seconds, perSecond: times.length / seconds, p50: at(0.5), p99: at(0.99) };
}

/** One connection: request, whole answer, next request, until `take` gives none. */
function converse(port, take, done) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    let sent = 0;
    const send = () => {
      const request = take();
      if (request === null) return socket.end(resolve);
      sent = performance.now();
      socket.write(request);
    };
    socket.once("error", reject).once("connect", send);
    onAnswers(socket, (status) => {
      done(status, performance.now() - sent);
      send();
    });
    socket.once("close", () => resolve());
  });
}

/** Calls `told` with the status of each whole answer; requests go out one at a time. */
export function onAnswers(socket, told) {
  let answer = "";
  socket.setEncoding("latin1").on("data", (chunk) => {
    answer += chunk;
    const head = answer.indexOf("\r\n\r\n");
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(answer.slice(0, head))?.[1] ?? 0);
    if (answer.length < head + 4 + length) return;
    const status = answer.slice(9, 12);
    answer = "";
    told(status);
  });
}
