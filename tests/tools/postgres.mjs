// Brings the PostgreSQL and the PgBouncer that the tests start by themselves (tests/postgres), where that is allowed,
// or says the exact command.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ask, Fault, run } from "../../js/build/project.mjs";

/** As in tests/postgres/src/programs.rs. */
const oldest = 14;
const debian = "/usr/lib/postgresql";
const settings = "/etc/postgresql-common/createcluster.conf";
const install = ["install", "-y", "--no-install-recommends"];

/** Installs Debian's packages where there are none; the machine's own servers are neither made nor
 *  started, since nobody asked for them. */
export function installPostgres() {
  if (!isThere()) installServer();
  if (!poolerIsThere()) installPooler();
}

function installPooler() {
  if (!mayInstall()) throw new Fault(howToPool());
  console.log("· installing Debian's package pgbouncer");
  // A service is not started in the runlevel for one user.
  const options = { env: { DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" }, fix: howToPool() };
  run("apt-get", ["update", "-q"], options);
  run("apt-get", [...install, "pgbouncer"], options);
  // Nor at the next start of the machine, where it has systemd.
  ask("systemctl", ["disable", "--now", "pgbouncer"]);
  if (!poolerIsThere())
    throw new Fault(`Debian's package was installed, yet there is none. ${howToPool()}`);
}

const poolerIsThere = () =>
  ["/usr/sbin", ...(process.env.PATH ?? "").split(path.delimiter)].some((folder) =>
    existsSync(path.join(folder, "pgbouncer")),
  );

const mayInstall = () => existsSync("/etc/debian_version") && process.getuid?.() === 0;

const howToPool = () => {
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  const how =
    process.platform === "darwin"
      ? "brew install pgbouncer"
      : `On Debian: ${sudo}apt-get update && ${sudo}apt-get ${install.join(" ")} pgbouncer`;
  return `The tests need PgBouncer, which they start and stop by themselves. ${how}.`;
};

function installServer() {
  if (!mayInstall()) throw new Fault(howTo());
  console.log("· installing Debian's package postgresql");
  const options = { env: { DEBIAN_FRONTEND: "noninteractive" }, fix: howTo() };
  run("apt-get", ["update", "-q"], options);
  run("apt-get", [...install, "postgresql-common"], options);
  const text = readFileSync(settings, "utf8");
  writeFileSync(
    settings,
    text.replace(/^#?create_main_cluster.*$/m, "create_main_cluster = false"),
  );
  console.log(`· ${settings}: create_main_cluster = false`);
  run("apt-get", [...install, "postgresql"], options);
  if (!isThere()) throw new Fault(`Debian's package was installed, yet there is none. ${howTo()}`);
}

function isThere() {
  const { POSTGRESQL_BIN: told, PATH = "" } = process.env;
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const found = [
    ...versions.map((name) => path.join(debian, name, "bin")),
    ...PATH.split(path.delimiter),
  ];
  return (told ? [told] : found).some((folder) => {
    const said = ask(path.join(folder, "postgres"), ["--version"]);
    return Number(said?.match(/\(PostgreSQL\) (\d+)/)?.[1]) >= oldest;
  });
}

function howTo() {
  const wanted = `The tests need PostgreSQL ${oldest} or newer; they start and stop it by themselves.`;
  const own = "or set POSTGRESQL_BIN to the folder of its programs";
  if (process.platform === "darwin")
    return `${wanted} Install it: brew install postgresql@17, ${own}.`;
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  return `${wanted} On Debian: ${sudo}apt-get update && ${sudo}apt-get ${install.join(" ")} postgresql, ${own}.`;
}
