// What the kernel knows of a process: processor time, memory, bytes written.
import { readdirSync, readFileSync } from "node:fs";

const read = (pid, file) => readFileSync(`/proc/${pid}/${file}`, "utf8");
/** Clock ticks a second, as every Linux of today tells programs. */
const ticks = 100;

const spent = (stat) => {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticks;
};

/** Seconds of processor so far, and of its threads that write ("store 0"; on PostgreSQL several). */
export function cpu(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const store = threads.filter((id) => /^store \d+$/m.test(read(pid, `task/${id}/comm`)));
  if (store.length === 0)
    throw new Error(`process ${pid} has no thread "store 0": was it renamed?`);
  const sum = store.reduce((sum, id) => sum + spent(read(pid, `task/${id}/stat`)), 0);
  return { all: spent(read(pid, "stat")), store: sum };
}

/** Seconds of processor so far of this process and its children, those too that have ended. */
export function cpuOfFamily(pid) {
  const stat = read(pid, "stat");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const ended = (Number(fields[13]) + Number(fields[14])) / ticks;
  const children = read(pid, `task/${pid}/children`).trim().split(" ").filter(Boolean);
  return [pid, ...children].reduce((sum, of) => {
    try {
      return sum + spent(read(of, "stat"));
    } catch {
      return sum; // it has just ended
    }
  }, ended);
}

const kib = (pid, name) =>
  Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(read(pid, "status"))?.[1]);

/** MiB: resident now, and the most so far. */
export const memory = (pid) => ({ now: kib(pid, "VmRSS") / 1024, peak: kib(pid, "VmHWM") / 1024 });

/** Bytes that it had written to the disk so far. */
export const written = (pid) => Number(/^write_bytes: (\d+)/m.exec(read(pid, "io"))?.[1]);
