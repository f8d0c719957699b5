// Somebody signed in to the dashboard, over one connection that stays.
import http from "node:http";

export class Visitor {
  constructor(port) {
    this.port = port;
    this.agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    this.cookies = new Map();
  }

  async signIn(token) {
    const { body } = await this.ask("GET", "/admin");
    const [, ours] = /name="form_token" value="(\w+)"/.exec(body);
    const form = new URLSearchParams({ form_token: ours, token, to: "/admin" }).toString();
    const { status } = await this.ask("POST", "/admin/login", form);
    if (status !== 303) throw new Error(`the dashboard's login: HTTP ${status}`);
    return this;
  }

  /** `{ ms, status, body }`; the time is until the last byte. */
  get(page) {
    return this.ask("GET", page);
  }

  /** Opens the live page's stream and gives the time until its first lines; `end()` closes it. */
  async watch() {
    const began = performance.now();
    const agent = new http.Agent();
    return new Promise((resolve, reject) => {
      const asked = http.get(this.#options("/admin/live/stream", agent), (answer) => {
        answer.once("data", () =>
          resolve({ ms: performance.now() - began, end: () => asked.destroy() }),
        );
        answer.resume();
      });
      asked.on("error", reject);
    });
  }

  #options(where, agent) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return { host: "127.0.0.1", port: this.port, path: where, agent, headers: { cookie } };
  }

  ask(method, where, form) {
    const began = performance.now();
    return new Promise((resolve, reject) => {
      const options = { ...this.#options(where, this.agent), method };
      if (form !== undefined)
        Object.assign(options.headers, {
          "content-type": "application/x-www-form-urlencoded",
          "content-length": Buffer.byteLength(form),
        });
      const asked = http.request(options, (answer) => {
        for (const line of answer.headers["set-cookie"] ?? []) {
          const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
          this.cookies.set(name, value);
        }
        let body = "";
        answer.setEncoding("utf8").on("data", (text) => (body += text));
        answer.on("end", () =>
          resolve({ ms: performance.now() - began, status: answer.statusCode, body }),
        );
      });
      asked.on("error", reject);
      asked.end(form);
    });
  }

  end() {
    this.agent.destroy();
  }
}
