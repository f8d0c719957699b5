// What the browser really sent: every byte of every connection, from Chromium's own network log. It
// sees what page-level tools may miss: keepalive requests of a page that is gone, preflights,
// beacons, the browser's own traffic.
import { readFileSync } from "node:fs";

/** What a browser must be started with, so that `requestsIn(file)` can read everything. HTTP/2
 *  would compress headers. */
export const wireArgs = (file) => [
  `--log-net-log=${file}`,
  "--net-log-capture-mode=Everything",
  "--disable-http2",
];

/** Every request of a finished browser: `{ host, method, path, headers, body, text }`, `host`
 *  without its port, `text` being all its bytes. A connection that was opened and never used is one
 *  too, with method CONNECT. */
export function requestsIn(file) {
  return [...bytesPerConnection(file).values()].flatMap((chunks) =>
    readRequests(Buffer.concat(chunks)),
  );
}

function bytesPerConnection(file) {
  const { constants, events } = readLog(file);
  const types = constants.logEventTypes;
  const [encrypted, plain] = [types.SSL_SOCKET_BYTES_SENT, types.SOCKET_BYTES_SENT];
  if (encrypted === undefined || plain === undefined)
    throw new Error("this Chromium's network log has no bytes-sent events");
  const bySocket = new Map();
  for (const { type, source, params } of events) {
    if ((type !== encrypted && type !== plain) || !params?.bytes) continue;
    // A TLS socket and the plain one that carries it log under one source: ciphertext is not ours
    // to read.
    const key = `${source.id} ${type}`;
    if (!bySocket.has(key)) bySocket.set(key, []);
    bySocket.get(key).push(Buffer.from(params.bytes, "base64"));
  }
  const secured = new Set(
    [...bySocket.keys()]
      .filter((key) => key.endsWith(` ${encrypted}`))
      .map((key) => key.split(" ")[0]),
  );
  return new Map(
    [...bySocket].filter(
      ([key]) => key.endsWith(` ${encrypted}`) || !secured.has(key.split(" ")[0]),
    ),
  );
}

/** The log is one event a line; a browser that was killed leaves its end unwritten. */
function readLog(file) {
  const text = readFileSync(file, "utf8");
  try {
    return JSON.parse(text);
  } catch {
    return JSON.parse(`${text.slice(0, text.lastIndexOf("\n")).replace(/,\s*$/, "")}]}`);
  }
}

/** The requests in what one connection carried. */
export function readRequests(bytes) {
  const requests = [];
  let start = 0;
  while (start < bytes.length) {
    const request = readRequest(bytes, start);
    // Not HTTP: a TLS handshake of which nothing came, or what we cannot read. Nothing is skipped
    // silently.
    if (request === null) {
      const rest = bytes.subarray(start);
      requests.push({
        host: serverName(rest),
        method: "CONNECT",
        path: "",
        headers: {},
        body: "",
        text: rest.toString("latin1"),
      });
      break;
    }
    requests.push(request);
    start += request.length;
  }
  return requests;
}

/** The host name in a ClientHello (RFC 8446, 4.1.2; RFC 6066, 3): what a connection was for that
 *  carried nothing. */
function serverName(hello) {
  if (hello[0] !== 0x16) return "unreadable";
  const afterSession = 44 + hello[43];
  const afterCiphers = afterSession + 2 + hello.readUInt16BE(afterSession);
  let at = afterCiphers + 1 + hello[afterCiphers] + 2;
  while (at + 4 <= hello.length) {
    const [type, length] = [hello.readUInt16BE(at), hello.readUInt16BE(at + 2)];
    if (type === 0) return hello.toString("latin1", at + 9, at + 4 + length);
    at += 4 + length;
  }
  return "unnamed";
}

function readRequest(bytes, start) {
  const headEnd = bytes.indexOf("\r\n\r\n", start);
  if (headEnd < 0) return null;
  const [first, ...lines] = bytes.subarray(start, headEnd).toString("latin1").split("\r\n");
  const [, method, path] = /^([A-Z]+) (\S+) HTTP\/1\.1$/.exec(first) ?? [];
  if (!method) return null;
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(":")).toLowerCase(),
      line.slice(line.indexOf(":") + 1).trim(),
    ]),
  );
  const bodyStart = headEnd + 4;
  const bodyEnd = bodyStart + Number(headers["content-length"] ?? 0);
  return {
    host: headers.host.replace(/:\d+$/, ""),
    method,
    path,
    headers,
    length: bodyEnd - start,
    body: bytes.subarray(bodyStart, bodyEnd).toString("utf8"),
    text: bytes.subarray(start, bodyEnd).toString("utf8"),
  };
}
