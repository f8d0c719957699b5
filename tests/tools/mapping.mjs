// Mapping and hashing beside Segment's TikTok destination: one order's text in, the body that goes to TikTok out, the
// same facts in both, in one run. Of Segment only what does that is called: its mapping (`transform`) and the action's
// `perform`, with a request that only writes the body. What its runtime does besides (subscriptions, validation of the
// payload, retries) is left out, in its favour. Ours reads a Shopify webhook, names the event and prices it as well.
//   node tests/tools/mapping.mjs: prints both

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { ask, at, Fault, run } from "../../js/build/project.mjs";

const folder = at("tests", "tools", "mapping");
const rounds = 11;
const perRound = 2000;

/** Median microseconds of each, and how many times as long Segment's takes. */
export function measureMapping() {
  run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
  });
  const ours = timeOurs();
  const theirs = timeTheirs(
    theirEvent(JSON.parse(readFileSync(at("tests", "bench", "order.json"), "utf8"))),
  );
  return { ours, theirs, times: theirs / ours };
}

export const mappingTable = ({ ours, theirs, times }) =>
  `mapping and hashing: ${ours.toFixed(1)} µs an order, Segment's destination ${theirs.toFixed(1)} µs: ${times.toFixed(1)} times as long; ≥ 10 ${times >= 10 ? "met" : "missed"}`;

const bench = ["bench", "--locked", "-p", "assent-native", "--bench", "gate", "--"];

/** What divan says of `an_order_to_its_body`. */
function timeOurs() {
  const told = ask("cargo", [...bench, "an_order_to_its_body"]);
  const line = told?.split("\n").find((line) => line.includes("an_order_to_its_body"));
  const median = line
    ?.split("│")[2]
    ?.trim()
    .match(/^([\d.]+) (ns|µs|ms)$/);
  if (!median)
    throw new Fault(`cargo ${bench.join(" ")} printed no median of an_order_to_its_body:\n${told}`);
  return Number(median[1]) * { ns: 0.001, µs: 1, ms: 1000 }[median[2]];
}

/** The same order as Segment's spec has it: `Order Completed`. */
function theirEvent(order) {
  const person = order.billing_address;
  const products = order.line_items.map((line) => ({
    product_id: String(line.variant_id),
    name: line.title,
    price: Number(line.price),
    quantity: line.quantity,
  }));
  return JSON.stringify({
    type: "track",
    event: "Order Completed",
    messageId: "5f2e9c",
    timestamp: order.created_at,
    context: {
      ip: "198.51.100.9",
      page: { url: "https://shop.acme.example/?ttclid=E.C.P.landing" },
    },
    properties: {
      email: [order.email], // their runtime would make lists of both
      phone: [person.phone],
      first_name: person.first_name,
      last_name: person.last_name,
      address: {
        city: person.city,
        state: person.province_code,
        country: person.country_code,
        postal_code: person.zip,
      },
      order_id: order.name,
      currency: order.currency,
      value: Number(order.total_price),
      products,
    },
  });
}

function timeTheirs(text) {
  const theirs = createRequire(fileURLToPath(new URL("./mapping/package.json", import.meta.url)));
  const { default: destination } = theirs(
    "@segment/action-destinations/dist/destinations/tiktok-conversions",
  );
  const { transform } = createRequire(theirs.resolve("@segment/action-destinations"))(
    "@segment/actions-core",
  );
  const { mapping } = destination.presets.find(({ name }) => name === "Complete Payment");
  const settings = { accessToken: "bench", pixelCode: "C4BENCH" };
  const request = (_, { json }) => JSON.stringify(json);
  const { perform } = destination.actions.reportWebEvent;
  const one = () => perform(request, { payload: transform(mapping, JSON.parse(text)), settings });
  checked(one());
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    for (let n = 0; n < perRound; n += 1) one();
    return ((performance.now() - began) * 1000) / perRound;
  });
  return times.sort((a, b) => a - b)[rounds >> 1];
}

/** A mapping that loses what it was given would be quick. */
function checked(body) {
  const [{ user, properties }] = JSON.parse(body).data;
  const whole =
    user.email?.[0]?.length === 64 &&
    user.phone?.[0]?.length === 64 &&
    properties.contents.length === 2;
  if (!whole) throw new Fault(`Segment's destination made something else of the order:\n${body}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(mappingTable(measureMapping()));
