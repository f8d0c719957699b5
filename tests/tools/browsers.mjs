// Finds the browsers that the tests run in and the drivers that steer them, installs what is
// missing where that is allowed (Debian's packages as root, geckodriver from its source), or says
// the exact commands.
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { ask, cargo, Fault, run, target } from "../../js/build/project.mjs";

/** By name: the variable that overrides all, its names on the PATH, other places to look, and what
 *  installs it. */
const programs = {
  chromium: {
    variable: "CHROMIUM",
    names: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    besides: [
      "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ],
    debian: "chromium",
    brew: "--cask chromium",
  },
  chromedriver: {
    variable: "CHROMEDRIVER",
    names: ["chromedriver"],
    debian: "chromium-driver",
    brew: "chromedriver",
  },
  firefox: {
    variable: "FIREFOX",
    names: ["firefox-esr", "firefox"],
    besides: ["/Applications/Firefox.app/Contents/MacOS/firefox"],
    debian: "firefox-esr",
    brew: "--cask firefox",
  },
  // Debian has no package of it, and those of npm and PyPI download a binary. Building it takes a
  // minute or two, once.
  geckodriver: {
    variable: "GECKODRIVER",
    names: ["geckodriver"],
    besides: [target("drivers", "bin", "geckodriver")],
    cargo: ["install", "--locked", "--root", target("drivers"), "geckodriver@0.37.1"],
    brew: "geckodriver",
  },
  // It finds its browser by itself. The browser needs a display.
  WebKitWebDriver: {
    variable: "WEBKITDRIVER",
    names: ["WebKitWebDriver"],
    debian: "webkit2gtk-driver",
  },
  Xvfb: { variable: "XVFB", names: ["Xvfb"], debian: "xvfb" },
};

/** What each engine needs, its driver last. */
const engines = {
  chromium: ["chromium", "chromedriver"],
  firefox: ["firefox", "geckodriver"],
  webkit: ["Xvfb", "WebKitWebDriver"],
};
/** The engines that the tests run in: all three, unless `$ENGINES` names fewer
 *  ("chromium,firefox"). */
export const enginesAsked = () =>
  (process.env.ENGINES || Object.keys(engines).join()).split(",").map(engineCalled);

/** The name, if there is such an engine. */
export function engineCalled(name) {
  if (!Object.hasOwn(engines, name.trim()))
    throw new Fault(`There is no engine "${name}"; there are ${Object.keys(engines).join(", ")}.`);
  return name.trim();
}

/** A program's path; throws with the command that installs it. */
export function programOf(name) {
  const found = find(name);
  if (!found)
    throw new Fault(
      `No ${name} was found. Set ${programs[name].variable} to its path. ${howTo([name])}`,
    );
  return found;
}

/** The driver that steers this engine by WebDriver. */
export const driverOf = (engine) => programOf(engines[engine].at(-1));

/** Brings what is missing of what these engines need. */
export function installMissing(asked) {
  const lacking = () => asked.flatMap((engine) => engines[engine]).filter((name) => !find(name));
  const packaged = lacking().filter((name) => programs[name].debian);
  if (packaged.length > 0) installPackages(packaged);
  for (const name of lacking()) if (programs[name].cargo) cargo(...programs[name].cargo);
  if (lacking().length > 0)
    throw new Fault(`What brings ${lacking().join(", ")} was installed, yet there is still none.`);
}

function installPackages(names) {
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    const variables = names.map((name) => programs[name].variable).join(", ");
    throw new Fault(
      `The browser tests need ${names.join(", ")} (or set ${variables}). ${howTo(names)}\nOr leave an engine out: ENGINES=chromium npm test`,
    );
  }
  console.log(`· installing Debian's packages for ${names.join(", ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-q"], { env });
  run("apt-get", install(names), { env, fix: howTo(names) });
}

/** The arguments every headless Chromium here gets: no account, no update, no QUIC, nothing in the
 *  background. */
export function chromiumArgs() {
  const args = [
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
  ];
  // Chromium's own sandbox refuses to run as root.
  return process.getuid?.() === 0 ? [...args, "--no-sandbox"] : args;
}

function find(name) {
  const { variable, names, besides = [] } = programs[name];
  const folders = (process.env.PATH || "").split(path.delimiter);
  const onPath = names.flatMap((file) => folders.map((folder) => path.join(folder, file)));
  return process.env[variable] || [...onPath, ...besides].find(isProgram) || null;
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

const packagesOf = (names) => names.map((name) => programs[name].debian).filter(Boolean);
const install = (names) => ["install", "-y", "--no-install-recommends", ...packagesOf(names)];

function howTo(names) {
  if (process.platform === "darwin") {
    const brews = names.flatMap((name) =>
      programs[name].brew ? [`brew install ${programs[name].brew}`] : [],
    );
    return `${brews.length > 0 ? `Install them: ${brews.join(" && ")}. ` : ""}WebKit is driven on Linux only (WebKitGTK).`;
  }
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  const apt =
    packagesOf(names).length > 0
      ? [`${sudo}apt-get update`, `${sudo}apt-get ${install(names).join(" ")}`]
      : [];
  const builds = names.flatMap((name) =>
    programs[name].cargo ? [`cargo ${programs[name].cargo.join(" ")}`] : [],
  );
  return `${ask("sh", ["-c", "command -v apt-get"]) ? "Install them" : "On Debian"}: ${[...apt, ...builds].join(" && ")}`;
}
