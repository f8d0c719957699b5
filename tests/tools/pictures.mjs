// The pictures of docs/: made from the lab's pages, never by hand. A second run on the same machine changes nothing.
//   node tests/tools/pictures.mjs
import { mkdirSync, statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { at, Fault, main } from "../../js/build/project.mjs";
import { chromiumArgs, programOf } from "./browsers.mjs";

const most = 80 * 1024;

await main(async () => {
  mkdirSync(at("docs", "pictures"), { recursive: true });
  const browser = await chromium.launch({
    executablePath: programOf("chromium"),
    args: chromiumArgs(),
  });
  try {
    const page = await browser.newPage({
      viewport: { width: 720, height: 720 },
      colorScheme: "light",
      reducedMotion: "reduce",
    });
    await page.goto(pathToFileURL(at("tests", "lab", "web", "admin", "custom-pixel.html")).href);
    await page.click("#add");
    await page.fill("#name", "Assent");
    await page.getByLabel("Not required", { exact: true }).check();
    await page.getByLabel("Data collected qualifies as data sale", { exact: true }).check();
    await page.fill(
      "#code",
      "// the whole text that you were sent, and nothing of the sample code",
    );
    await page.click("#save");
    await shoot(page, "custom-pixel");
  } finally {
    await browser.close();
  }
});

async function shoot(page, name) {
  const file = at("docs", "pictures", `${name}.png`);
  await page.locator("body").screenshot({ path: file, animations: "disabled", caret: "hide" });
  const { size } = statSync(file);
  if (size > most) throw new Fault(`${file}: ${size} bytes are more than ${most}`);
  console.log(`${file}: ${size} bytes`);
}
