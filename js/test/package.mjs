// The npm package as a theme developer gets it: packed, installed without a registry, used as its
// README says.
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ask, at, Fault } from "../build/project.mjs";

const readme = readFileSync(at("js", "README.md"), "utf8");
const block = (language) => new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``).exec(readme)[1];
/** README's pixel. */
export const example = block("js");

/** Packs js/ and installs the tarball in `folder`; the names of the files in it. */
export function install(folder) {
  writeFileSync(
    path.join(folder, "package.json"),
    '{ "name": "scratch", "private": true, "type": "module" }',
  );
  const [{ filename, files }] = JSON.parse(
    npm(at("js"), "pack", "--json", "--pack-destination", folder),
  );
  npm(
    folder,
    "install",
    "--offline",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    `./${filename}`,
  );
  return files.map((file) => file.path).sort();
}

/** README's pixel with these settings, bundled by README's command: the text to paste. */
export function pasted(folder, settings) {
  writeFileSync(path.join(folder, "pixel.js"), example);
  writeFileSync(path.join(folder, "settings.json"), JSON.stringify(settings));
  const [, , ...words] = block("sh").trim().split(" "); // after `npx esbuild`
  const made = ask(
    process.execPath,
    [at("node_modules", "esbuild", "bin", "esbuild"), ...words, "--log-level=warning"],
    { cwd: folder },
  );
  if (made === null) throw new Fault("esbuild could not bundle the scratch pixel");
  return readFileSync(path.join(folder, "pasted.js"), "utf8");
}

function npm(cwd, ...args) {
  const said = ask("npm", args, { cwd, stdio: ["ignore", "pipe", "inherit"] });
  if (said === null) throw new Fault(`npm ${args.join(" ")} failed in ${cwd}`);
  return said;
}
