// `npm start`: builds what is missing and shows the whole thing in a local shop, to an ordinary
// browser.
import { readdirSync, rmSync } from "node:fs";
import path from "node:path";
import { buildBinaries, buildJs } from "../../js/build/build.mjs";
import { at, bin, main, setUp, state } from "../../js/build/project.mjs";
import { cmps, startWorld } from "./world.mjs";

const folder = state("lab");

/** Milliseconds: about as late as Shopify's own webhooks, so that one sees a Purchase wait for its
 *  order. */
const ordersComeAfter = 3000;

/** The stand-in for TikTok forgets when it ends, so the endpoint starts afresh beside it. */
function forgetLastTime() {
  for (const name of readdirOrNone(folder)) {
    if (name.startsWith("assent.db")) rmSync(path.join(folder, name));
  }
}

function readdirOrNone(where) {
  try {
    return readdirSync(where);
  } catch {
    return [];
  }
}

const say = (name, line) => console.log(`${name.padEnd(6)} │ ${line}`);

function welcome(world) {
  const here = (file) => path.relative(at(), file);
  console.log(`
  The shop is open:   ${world.shopUrl}/

  Accept or decline cookies there, fill the cart, check out, and watch on the same page what left. Who asks for consent
  (Shopify's banner, OneTrust, Cookiebot, …) is your choice, on the same page.
  Endpoint:           ${world.endpointUrl}
  Ask it:             ${here(bin("release", "assent"))} report --config ${here(world.config)}
  Stop:               Ctrl-C
`);
}

await main(async () => {
  setUp();
  await buildJs();
  buildBinaries();
  forgetLastTime();
  const told = new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => resolve(null));
  });
  const world = await startWorld({
    folder,
    mode: "plain",
    endpointPort: 8787,
    settings: ["shopify", ...cmps, "auto"],
    webhooks: ordersComeAfter,
    say,
  });
  welcome(world);
  const over = (program) =>
    program.ended.then((how) => `${program.name} ${how}; what it said stands above.`);
  const why = await Promise.race([told, over(world.endpoint), over(world.lab)]);
  await world.stop();
  if (why) {
    console.error(`\n${why}`);
    process.exitCode = 1;
  } else console.log("\nclosed");
});
