// What WebKit and Firefox really sent: a proxy that every address of theirs goes through. It ends
// TLS with the lab's own certificate (these browsers accept any), keeps every byte, and passes it
// on to the same port on loopback, whatever the host: nothing gets further. A request to any other
// host, whoever makes it, fails and is kept too.
import { readFileSync } from "node:fs";
import http from "node:http";
import tls from "node:tls";
import { readRequests } from "./wire.mjs";

export class Witness {
  #connections = [];

  static async start({ cert_file, key_file }) {
    const witness = new Witness();
    const secureContext = tls.createSecureContext({
      cert: readFileSync(cert_file),
      key: readFileSync(key_file),
    });
    witness.server = http.createServer((request, response) => witness.#plain(request, response));
    witness.server.on("connect", (request, socket, head) =>
      witness.#connect(request.url, socket, head, secureContext),
    );
    await new Promise((resolve) => witness.server.listen(0, "127.0.0.1", resolve));
    return witness;
  }

  get address() {
    return `127.0.0.1:${this.server.address().port}`;
  }

  /** Every request so far, as `requestsIn` gives them. */
  get requests() {
    return this.#connections.flatMap(({ host, chunks }) => {
      const requests = readRequests(Buffer.concat(chunks));
      return requests.length > 0
        ? requests
        : [{ host, method: "CONNECT", path: "", headers: {}, body: "", text: "" }];
    });
  }

  stop() {
    this.server.close();
    this.server.closeAllConnections();
    for (const { sockets = [] } of this.#connections)
      for (const socket of sockets) socket.destroy();
  }

  #connect(address, outside, head, secureContext) {
    const [, host, port] = /^\[?(.*?)\]?:(\d+)$/.exec(address);
    const connection = { host, chunks: [] };
    this.#connections.push(connection);
    outside.write("HTTP/1.1 200 Connected\r\n\r\n");
    outside.unshift(head);
    // No HTTP/2: what is kept is to be read.
    const inside = new tls.TLSSocket(outside, {
      isServer: true,
      secureContext,
      ALPNProtocols: ["http/1.1"],
    });
    const onward = tls.connect({
      host: "127.0.0.1",
      port: Number(port),
      servername: host,
      rejectUnauthorized: false,
    });
    inside.on("data", (chunk) => connection.chunks.push(chunk));
    inside.pipe(onward).pipe(inside);
    // When one side ends, what it has sent is still passed on before the other side is ended.
    inside.on("error", () => {}).on("close", () => onward.end());
    onward.on("error", () => {}).on("close", () => inside.end());
    outside.on("error", () => {});
    connection.sockets = [outside, onward];
  }

  /** All of the lab has TLS: a request without it is not ours, and goes nowhere. */
  #plain(request, response) {
    const { host, pathname, search } = new URL(request.url, "http://unnamed");
    const chunks = [];
    request
      .on("data", (chunk) => chunks.push(chunk))
      .on("end", () => {
        const head = `${request.method} ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: ${Buffer.concat(chunks).length}\r\n\r\n`;
        this.#connections.push({ host, chunks: [Buffer.from(head), ...chunks] });
        response.writeHead(502).end();
      });
  }
}
