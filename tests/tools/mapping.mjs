// Mapping and hashing beside Segment's TikTok destination, the same facts of one order in both, in one run: from parsed
// JSON to what is to be sent, and from the order's text to the body that goes to TikTok. Of Segment only what does that is
// called: its mapping (`transform`) and the action's `perform`, with a request that only takes, or writes, the body. What
// its runtime does besides (subscriptions, validation of the payload, retries) is left out, in its favour. Ours reads a
// Shopify webhook, names the event and prices it as well.
//   node tests/tools/mapping.mjs: prints it
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { ask, at, Fault, run } from "../../js/build/project.mjs";

const folder = at("tests", "tools", "mapping");
const rounds = 11;
const perRound = 2000;

/** What of both is timed, by our bench's name; whether text is read and written too. */
const kinds = [
  { what: "mapping and hashing", ours: "an_order_is_mapped", withText: false, budget: 10 },
  { what: "the same from text to text", ours: "an_order_to_its_body", withText: true },
];

/** Of each kind the median microseconds of both, and how many times as long Segment's takes. */
export function measureMapping() {
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  run("npm", ["ci", ...quiet], { cwd: folder });
  const told = ask("cargo", bench);
  const one = theirOrder(readFileSync(at("tests", "bench", "order.json"), "utf8"));
  return kinds.map(({ what, ours, withText, budget }) => {
    const [mine, theirs] = [medianOf(ours, told), timed(one(withText))];
    return { what, ours: mine, theirs, times: theirs / mine, budget };
  });
}

const verdict = ({ times, budget }) =>
  budget === undefined ? "" : `; ≥ ${budget} ${times >= budget ? "met" : "missed"}`;

export const mappingTable = (figures) =>
  figures
    .map(
      ({ what, ours, theirs, times, ...of }) =>
        `${what}: ${ours.toFixed(1)} µs an order, Segment's destination ${theirs.toFixed(1)} µs: ${times.toFixed(1)} times as long${verdict({ times, ...of })}`,
    )
    .join("\n");

const bench = ["bench", "--locked", "-p", "assent-native", "--bench", "gate", "--", "an_order"];

/** What divan says of it. */
function medianOf(name, told) {
  const line = told?.split("\n").find((line) => line.includes(name));
  const median = line
    ?.split("│")[2]
    ?.trim()
    .match(/^([\d.]+) (ns|µs|ms)$/);
  if (!median) throw new Fault(`cargo ${bench.join(" ")} printed no median of ${name}:\n${told}`);
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
  return {
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
  };
}

/** By what Segment's code makes the body of this order, with or without reading and writing text. */
function theirOrder(text) {
  const theirs = createRequire(fileURLToPath(new URL("./mapping/package.json", import.meta.url)));
  const { default: destination } = theirs(
    "@segment/action-destinations/dist/destinations/tiktok-conversions",
  );
  const core = createRequire(theirs.resolve("@segment/action-destinations"));
  const { transform } = core("@segment/actions-core");
  const { mapping } = destination.presets.find(({ name }) => name === "Complete Payment");
  const { perform } = destination.actions.reportWebEvent;
  const settings = { accessToken: "bench", pixelCode: "C4BENCH" };
  const event = theirEvent(JSON.parse(text));
  const sent = JSON.stringify(event);
  const map = (event, take) =>
    perform((_, { json }) => take(json), { payload: transform(mapping, event), settings });
  checked(map(event, (json) => json));
  return (withText) =>
    withText ? () => map(JSON.parse(sent), JSON.stringify) : () => map(event, (json) => json);
}

function timed(one) {
  const times = Array.from({ length: rounds }, () => {
    const began = performance.now();
    for (let n = 0; n < perRound; n += 1) one();
    return ((performance.now() - began) * 1000) / perRound;
  });
  return times.sort((a, b) => a - b)[rounds >> 1];
}

/** A mapping that loses what it was given would be quick. */
function checked(body) {
  const [{ user, properties }] = body.data;
  const whole =
    user.email?.[0]?.length === 64 &&
    user.phone?.[0]?.length === 64 &&
    properties.contents.length === 2;
  if (!whole)
    throw new Fault(
      `Segment's destination made something else of the order:\n${JSON.stringify(body)}`,
    );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(mappingTable(measureMapping()));
