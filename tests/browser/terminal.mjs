// A terminal (util-linux' `script`) at which somebody types: what it shows, and answers to what is asked.
import { spawn } from "node:child_process";
import { eventually } from "../tools/program.mjs";

export class Terminal {
  text = "";

  constructor(command, { cwd, env }) {
    const args = ["--quiet", "--return", "--flush", "--command", command, "/dev/null"];
    this.child = spawn("script", args, { cwd, env, stdio: ["pipe", "pipe", "inherit"] });
    this.child.stdout.setEncoding("utf8").on("data", (text) => (this.text += text));
    this.ended = new Promise((resolve) => this.child.once("close", resolve));
  }

  shows(words) {
    return eventually(
      () => words.test(this.text),
      () => `the terminal showing ${words}; it shows:\n${this.text}`,
      30,
    );
  }

  /** Types the line once the question stands there. */
  async answers(question, line) {
    await this.shows(question);
    this.child.stdin.write(`${line}\n`);
  }

  /** Ctrl-C, and waits. */
  async end() {
    if (this.child.exitCode === null) this.child.stdin.write("\x03");
    await this.ended;
  }
}
