// Finds a Chromium and its driver, installs Debian's where that is allowed, or says the exact command.
import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import { ask, Fault, run } from "../../js/build/project.mjs";

const browsers = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const elsewhere = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];
const debian = ["apt-get", ["install", "-y", "--no-install-recommends", "chromium", "chromium-driver"]];

/** `{ chromium, driver }`, both paths; `$CHROMIUM` and `$CHROMEDRIVER` win. */
export function findOrInstall() {
  const found = find();
  if (found.chromium && found.driver) return found;
  const missing = [!found.chromium && "a Chromium (or set CHROMIUM)", !found.driver && "its chromedriver (or set CHROMEDRIVER)"].filter(Boolean);
  if (!existsSync("/etc/debian_version") || process.getuid?.() !== 0) {
    throw new Fault(`The browser tests need ${missing.join(" and ")}. ${howTo()}`);
  }
  console.log(`· installing Debian's chromium and chromium-driver: ${missing.join(" and ")} missing`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  run("apt-get", ["update", "-q"], { env });
  run(...debian, { env, fix: howTo() });
  const installed = find();
  if (!installed.chromium || !installed.driver) throw new Fault(`Debian's packages were installed, yet there is still no ${missing.join(" and ")}.`);
  return installed;
}

/** The browser's path, for what needs no driver; throws with the command that installs it. */
export function findChromium() {
  const { chromium } = find();
  if (!chromium) throw new Fault(`No Chromium was found. Set CHROMIUM to its path. ${howTo()}`);
  return chromium;
}

/** The arguments every headless run here gets: no account, no update, no QUIC, nothing in the background. */
export function headlessArgs() {
  const args = [
    "--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
  ];
  // Chromium's own sandbox refuses to run as root.
  return process.getuid?.() === 0 ? [...args, "--no-sandbox"] : args;
}

function find() {
  return {
    chromium: process.env.CHROMIUM || onPath(browsers) || elsewhere.find(existsSync) || null,
    driver: process.env.CHROMEDRIVER || onPath(["chromedriver"]),
  };
}

function onPath(names) {
  const folders = (process.env.PATH || "").split(path.delimiter);
  return names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isProgram) ?? null;
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function howTo() {
  if (process.platform === "darwin") return "Install them: brew install --cask chromium && brew install chromedriver";
  const sudo = process.getuid?.() === 0 ? "" : "sudo ";
  const apt = `${sudo}apt-get update && ${sudo}${debian[0]} ${debian[1].join(" ")}`;
  return ask("sh", ["-c", "command -v apt-get"]) ? `Install them: ${apt}` : `On Debian: ${apt}`;
}
