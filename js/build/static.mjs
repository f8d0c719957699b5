// `npm run build:static`: the endpoint as one file that needs nothing of the machine it runs on, not
// even its C library: for an older Linux, or an empty container.
import path from "node:path";
import { buildJs } from "./build.mjs";
import { ask, bin, cargoWith, Fault, main, run, setUp } from "./project.mjs";

/** By Rust's name of this machine's processor. */
function triple() {
  const host = ask("rustc", ["--print", "host-tuple"]) ?? "";
  const processor = host.split("-")[0];
  if (!host.includes("linux")) {
    throw new Fault(`A static build is for Linux, and this is ${host}; build it there.`);
  }
  return `${processor}-unknown-linux-musl`;
}

await main(async () => {
  setUp();
  const linux = triple();
  if (ask("musl-gcc", ["--version"]) === null) {
    throw new Fault(
      "SQLite is compiled by musl's C compiler, and musl-gcc is not here. On Debian: apt-get install musl-tools",
    );
  }
  run("rustup", ["target", "add", linux], { fix: `rustup can add Rust's ${linux}.` });
  await buildJs();
  const compiler = `CC_${linux.replaceAll("-", "_")}`;
  cargoWith(
    { [compiler]: "musl-gcc" },
    ...["build", "--release", "--locked", "-p", "assent-endpoint", "--target", linux],
  );
  const binary = bin(path.join(linux, "release"), "assent");
  // It runs here, and asks for nobody's library.
  run(binary, ["--version"], { fix: "It was built, and does not start." });
  const needed = ask("readelf", ["--dynamic", binary]);
  if (needed?.includes("(NEEDED)")) throw new Fault(`${binary} is not static:\n${needed}`);
  console.log(`\n${binary}`);
});
