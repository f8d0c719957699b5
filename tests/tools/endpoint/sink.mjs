// TikTok as something that takes everything at once, with as little work as can be: a process of its
// own that keeps when each event came. Told "down" it accepts no connection.
//   node sink.mjs: prints its port; lines on stdin: `count`, `times`, `down`, `up`
import net from "node:net";
import { createInterface } from "node:readline";

const taken = '{"code":0,"message":"OK","request_id":"r-1","data":{}}';
const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${taken.length}\r\n\r\n${taken}`;
const name = Buffer.from('"event_id":"');
const came = new Map();
let twice = 0;
const open = new Set();

/** Every `event_id` in a request's body. */
function read(bytes) {
  const now = Date.now();
  for (let at = bytes.indexOf(name); at >= 0; at = bytes.indexOf(name, at + 1)) {
    const id = bytes.latin1Slice(at + name.length, at + name.length + 32);
    if (came.has(id)) twice += 1;
    else came.set(id, now);
  }
}

/** Where a request ends that begins at 0; 0: it is not whole. */
function end(bytes) {
  const head = bytes.indexOf("\r\n\r\n");
  if (head < 0) return 0;
  const length = /\r\ncontent-length: (\d+)/i.exec(bytes.latin1Slice(0, head))?.[1] ?? 0;
  const all = head + 4 + Number(length);
  return bytes.length >= all ? all : 0;
}

const server = net.createServer({ noDelay: true }, (socket) => {
  open.add(socket);
  let held = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (let all = end(held); all > 0; all = end(held)) {
      read(held.subarray(0, all));
      held = held.subarray(all);
      socket.write(answer);
    }
  });
  socket.on("error", () => {});
  socket.on("close", () => open.delete(socket));
});

const port = await new Promise((resolve) =>
  server.listen(0, "127.0.0.1", () => resolve(server.address().port)),
);
console.log(port);

const commands = {
  count: () => ({ events: came.size, twice }),
  times: () => Object.fromEntries(came),
  down: () => {
    server.close();
    for (const socket of open) socket.destroy();
    return {};
  },
  up: () => new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve({}))),
};
createInterface({ input: process.stdin }).on("line", async (line) => {
  console.log(JSON.stringify(await commands[line]()));
});
