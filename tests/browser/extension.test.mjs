// The app extension in the strict worker: the custom pixel's decisions and the custom pixel's ids,
// by the server leg alone. It has no debug lines (its settings have no such field), so these tests
// look at what arrived, and at the wire.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import test from "node:test";
import { checkoutAnchor, eventId, sha256 } from "../tools/beacon.mjs";
import { shop, shopWith } from "../tools/world.mjs";
import {
  arrivals,
  arrive,
  assertAbsent,
  assertSilence,
  checkoutLegs,
  chromiumOnly,
  elsewhere,
  engine,
  eventually,
  leaks,
  shopper,
  state,
  texts,
  world,
} from "./harness.mjs";

const form = {
  email: "  Greta.MUSTER@Example.COM ",
  phone: "030 901820",
  firstName: "Greta",
  lastName: "Muster",
  address1: "Ahornweg 31",
  zip: "12043",
};
const checkoutEvents = ["InitiateCheckout", "AddPaymentInfo", "Purchase"];
/** Whatever has a server leg here. */
const ours = ["Subscribe", "AddToCart", ...checkoutEvents];
const bothLegs = ["browser", "events_api"];
const routes = { newsletter_joined: { event: "Subscribe", to: ["browser", "server"] } };
/** A shop with a custom event of its own, in both its settings. */
const withNewsletter = {
  extra: `[shops.custom_events]\nnewsletter_joined = { event = "Subscribe", to = ["browser", "server"] }`,
  extensionFields: { customEvents: JSON.stringify(routes) },
};

const publish = (page, name, data) =>
  page.evaluate(
    ([name, data]) => window.lab.publish(name, data ?? window.lab.example(name)).id,
    [name, data],
  );

const named = async (lab, leg) =>
  (await arrivals(lab)).filter((event) => event.leg === leg && ours.includes(event.name));
/** Whether the custom pixel's browser leg may carry it: not a checkout's, where the frame's path
 *  cannot be cleaned. */
const inBrowser = (name) => !checkoutEvents.includes(name) || checkoutLegs.includes("browser");
/** Waits until exactly these have arrived over each of the legs that may carry them; page views
 *  aside. */
async function serves(lab, names, legs = ["events_api"]) {
  for (const leg of legs) {
    const wanted = leg === "browser" ? names.filter(inBrowser) : names;
    const now = async () => (await named(lab, leg)).map(({ name }) => name).sort();
    await eventually(
      async () => (await now()).length >= wanted.length,
      async () =>
        `${leg}: expected ${wanted}; arrived ${await now()}\n${lab.endpointLines.slice(-10).join("\n")}`,
    );
    assert.deepEqual(await now(), [...wanted].sort());
  }
}

/** Accepts, joins the newsletter, buys a moka pot; before a page is left, its events have arrived
 *  over these legs. Gives what the ids are made from. */
async function purchase(lab, visitor, legs) {
  const served = (names) => serves(lab, names, legs);
  const page = await visitor.open("/?ttclid=E.C.P.aB3-x_9");
  await visitor.accept(page);
  const joined = await publish(page, "newsletter_joined", { email: "greta.muster@example.com" });
  await served(["Subscribe"]);
  await visitor.go(page, "/products/moka-pot");
  await page.click("#add");
  const added = await publish(page, "product_added_to_cart");
  const before = ["Subscribe", "AddToCart", "AddToCart"];
  await served(before);
  const steps = { cart: 0, information: 1, payment: 1, processing: 2 };
  const token = await visitor.checkOut(page, {
    form,
    between: (step) => served([...before, ...checkoutEvents.slice(0, steps[step])]),
  });
  await served([...before, ...checkoutEvents]);
  return { page, token, joined, added };
}

/** What the contract says they are, beside what `assent event-id` prints. */
function assertIds(lab, { token, joined, added }, idsOf, carried = () => true) {
  const sources = [
    ["Subscribe", "--event-id", joined, joined],
    ["AddToCart", "--event-id", added, added],
    ...checkoutEvents.map((name) => [name, "--checkout-token", token, checkoutAnchor(shop, token)]),
  ];
  for (const [name, flag, value, anchor] of sources.filter(([name]) => carried(name))) {
    const printed = lab.assent("event-id", "--shop", shop, "--event", name, flag, value).trim();
    assert.equal(printed, eventId(shop, name, anchor), name);
    assert.ok(idsOf(name).includes(printed), `${name}: ${printed} is not among ${idsOf(name)}`);
  }
}

const beacons = (requests) =>
  requests
    .filter(
      ({ host, method, path }) =>
        host === "events.test" && method === "POST" && path === "/v1/events",
    )
    .map(({ body }) => JSON.parse(body));

test("a granted purchase arrives by the server, every route of it, under the ids of the contract, and keeps its secrets", async (t) => {
  const lab = await world(t, { pixels: ["app"], ...withNewsletter });
  const visitor = await shopper(t, lab);
  const made = await purchase(lab, visitor);
  const all = await arrivals(lab);
  assert.deepEqual(new Set(all.map(({ leg }) => leg)), new Set(["events_api"]));
  assertIds(lab, made, (name) =>
    all.filter((event) => event.name === name).map(({ event_id }) => event_id),
  );
  const agent = await made.page.evaluate(() => navigator.userAgent);
  const kept = await visitor.kept(made.page);
  assert.deepEqual(kept.cookies.map(({ name }) => name).sort(), ["_assent", "_assent_c"]);

  const { user, page, properties } = all.find(({ name }) => name === "Purchase").body.data[0];
  assert.deepEqual(
    [user.email, user.phone],
    [sha256("greta.muster@example.com"), sha256("+4930901820")],
  );
  assert.deepEqual([user.user_agent, user.ttclid], [agent, "E.C.P.aB3-x_9"]);
  assert.equal(page.url, `${lab.shopUrl}/checkouts/cn/thank-you`);
  assert.deepEqual([properties.value, properties.currency, properties.num_items], [39.8, "EUR", 1]);

  const requests = await visitor.leave();
  const sent = beacons(requests);
  for (const { client, consent, events } of sent) {
    assert.deepEqual([client.kind, consent.decision, consent.gpc], ["app", "granted", null]);
    assert.deepEqual(
      events.map(({ browser }) => browser),
      events.map(() => "skipped"),
    );
  }
  assert.deepEqual(
    new Set(elsewhere(requests, lab).map(({ host }) => host)),
    new Set(["events.test"]),
  );
  assert.deepEqual(
    requests.filter(({ method, host }) => method === "OPTIONS" && host === "events.test"),
    [],
    "no preflight",
  );
  const secrets = {
    "the checkout token": made.token,
    "the e-mail": "greta.muster@example.com",
    "the phone": "30901820",
    "the first name": "Greta",
    "the last name": "Muster",
    "the street": "Ahornweg",
  };
  const arrived = (await lab.received()).map(({ seq, body, headers }) => ({
    name: `arrival ${seq}`,
    bytes: body + JSON.stringify(headers),
  }));
  assertAbsent(secrets, [...texts(elsewhere(requests, lab)), ...arrived, ...lab.written()]);
});

test("beside the custom pixel TikTok counts every event once", async (t) => {
  const lab = await world(t, { pixels: ["custom", "app"], ...withNewsletter });
  const visitor = await shopper(t, lab);
  const made = await purchase(lab, visitor, bothLegs);
  for (const leg of bothLegs) {
    const told = await named(lab, leg);
    assertIds(
      lab,
      made,
      (name) => told.filter((event) => event.name === name).map(({ event_id }) => event_id),
      leg === "browser" ? inBrowser : undefined,
    );
  }
  const counted = (await lab.counted()).filter(({ name }) => ours.includes(name));
  const outcomes = counted.map(({ name, copies }) =>
    [name, ...copies.map(({ outcome }) => outcome)].join(" "),
  );
  assert.deepEqual(
    outcomes.sort(),
    [...ours, "AddToCart"]
      .map((name) => `${name} counted${inBrowser(name) ? " merged" : ""}`)
      .sort(),
  );
  assert.equal(
    JSON.parse(
      lab.assent("why", eventId(shop, "Purchase", checkoutAnchor(shop, made.token)), "--json"),
    ).state,
    "delivered",
  );
  // Both have spoken. Neither which beacon comes first is promised, nor that the worker's is here
  // by now.
  const pixels = () =>
    JSON.parse(lab.assent("report", "--format", "json")).notes.flatMap((note) => note.pixels);
  await eventually(
    () => pixels().length === 2,
    () => `the endpoint has heard of ${JSON.stringify(pixels())}`,
  );
  const kinds = new Set(beacons(await visitor.leave()).map(({ client }) => client.kind));
  assert.deepEqual(kinds, new Set(["custom", "app"]));
});

test("it names and words every event as the custom pixel does, when each leg is one pixel's alone", async (t) => {
  const lab = await world(t, { pixels: ["custom", "app"], ...withNewsletter });
  const browserOnly = Object.fromEntries(ours.map((name) => [name, ["browser"]]));
  const pasted = readFileSync(lab.snippet, "utf8");
  const [, settings] = /const ASSENT = ({[\s\S]*?\n});\n/.exec(pasted);
  const changed = {
    ...JSON.parse(settings),
    events: browserOnly,
    customEvents: { newsletter_joined: { event: "Subscribe", to: ["browser"] } },
  };
  writeFileSync(
    lab.snippet,
    pasted.replace(settings, () => JSON.stringify(changed)),
  );

  const visitor = await shopper(t, lab);
  const made = await purchase(lab, visitor, bothLegs);
  // TikTok's script tells the frame's own address, whose path WebKit does not let us clean.
  const address = ({ url }) => (engine === "webkit" ? null : url);
  const byId = (events, word) =>
    new Map(
      events
        .map((event) => [event.event_id, { name: event.name, ...word(event.body) }])
        .sort(([one], [other]) => (one < other ? -1 : 1)),
    );
  const custom = byId(await named(lab, "browser"), ({ properties, context: { page, user } }) => ({
    properties,
    url: address(page),
    email: user.email,
    phone: user.phone_number ?? user.phone,
  }));
  const app = byId(await named(lab, "events_api"), ({ data: [{ properties, page, user }] }) => ({
    properties,
    url: address(page),
    email: user.email,
    phone: user.phone,
  }));
  assert.equal(app.size, ours.length + 1);
  assert.deepEqual(new Map([...app].filter(([, { name }]) => inBrowser(name))), custom);
  assertIds(lab, made, (name) =>
    [...app].filter(([, event]) => event.name === name).map(([id]) => id),
  );
  const sent = beacons(await visitor.leave()).filter(({ events }) => events.length > 0);
  assert.deepEqual(new Set(sent.map(({ client }) => client.kind)), new Set(["app"]));
});

const looks = (page) => page.evaluate(() => window.lab.cookieReads);

/** Publishes once the pixel is at work, and waits until it has looked at the device since: as it
 *  does for each event. Gives the event's id. */
async function looked(page, name) {
  await eventually(async () => (await looks(page)) > 0, "its first look at the device");
  const before = await looks(page);
  const id = await publish(page, name);
  await eventually(async () => (await looks(page)) > before, "a look at the device");
  return id;
}

for (const [what, answer] of [
  ["declined", "decline"],
  ["undecided to the end", null],
]) {
  test(`${what}: Shopify does not load it, and nothing leaves`, async (t) => {
    const lab = await world(t, { pixels: ["app"] });
    const visitor = await shopper(t, lab);
    const page = await visitor.open("/products/moka-pot?ttclid=E.C.P.x");
    if (answer) await visitor.choose(page, answer);
    await page.click("#add");
    await visitor.checkOut(page);
    assert.equal(await page.evaluate(() => window.lab.extensionStatus), "waiting for consent");
    await assertSilence(lab, visitor, page);
  });
}

test("granted late: what the page has seen before arrives under its own id and time", async (t) => {
  const lab = await world(t, { pixels: ["app"] });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  const { id, timestamp } = await page.evaluate(() =>
    window.lab.publish("product_added_to_cart", window.lab.example("product_added_to_cart")),
  );
  await visitor.accept(page);
  const [{ event_id, body }] = await arrive(lab, [["AddToCart", "events_api"]]);
  assert.equal(event_id, eventId(shop, "AddToCart", id));
  assert.equal(body.data[0].event_time, Math.floor(Date.parse(timestamp) / 1000));
});

test("a consent tool that Shopify knows nothing of is asked too: held while it is silent, forgotten at its no, sent after its yes", async (t) => {
  const lab = await world(t, { pixels: ["app"], settings: ["shopify", "onetrust"] });
  await lab.shopSettings({ cmp: "onetrust", region: "open", tells_shopify: false });
  const named = (id) => eventId(shopWith("onetrust"), "AddToCart", id);
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  assert.equal(
    await page.evaluate(() => window.lab.extensionStatus),
    "initialized",
    "Shopify allows it",
  );
  const held = await looked(page, "product_added_to_cart");
  assert.deepEqual(await lab.received(), []);
  // The tool tells nobody: its record is found with the next event.
  await visitor.accept(page);
  const second = await publish(page, "product_added_to_cart");
  const first = await arrive(lab, [
    ["AddToCart", "events_api"],
    ["AddToCart", "events_api"],
  ]);
  assert.deepEqual(first.map(({ event_id }) => event_id).sort(), [held, second].map(named).sort());

  const other = await visitor.another();
  const another = await other.open("/products/moka-pot");
  const silent = await looked(another, "product_added_to_cart");
  await other.decline(another);
  const denied = await looked(another, "product_added_to_cart");
  await other.accept(another);
  const last = await publish(another, "product_added_to_cart");
  const all = await arrive(lab, Array(3).fill(["AddToCart", "events_api"]));
  assert.equal(all[2].event_id, named(last));
  assert.doesNotMatch(
    JSON.stringify(beacons(await other.leave())),
    new RegExp(`${named(silent)}|${named(denied)}`),
  );
});

/** A message may leave after a grant has ended: the withdrawal, which names anchors and the hashed
 *  visitor. */
function assertWithdrawals(requests) {
  const withdrawals = requests
    .filter(({ body }) => body.includes('"withdraw"'))
    .map(({ body }) => JSON.parse(body));
  assert.ok(withdrawals.length > 0);
  for (const message of withdrawals) {
    assert.deepEqual(Object.keys(message).sort(), ["client", "sent_at", "shop", "v", "withdraw"]);
    assert.deepEqual(Object.keys(message.withdraw).sort(), [
      "at",
      "carts",
      "checkouts",
      "external_id",
    ]);
  }
}

for (const pixels of [["app"], ["custom", "app"]]) {
  test(`withdrawn in the middle (${pixels.join(" and ")}): it stops, tells the endpoint, and what waits there is dropped`, async (t) => {
    const lab = await world(t, { pixels });
    const visitor = await shopper(t, lab);
    const page = await visitor.open("/products/moka-pot");
    // TikTok is down, so what is told of waits at the endpoint.
    await lab.fault({ kind: "bad_gateway" });
    const ids = [];
    const adds = async () => {
      ids.push(eventId(shop, "AddToCart", await publish(page, "product_added_to_cart")));
      await eventually(() => state(lab, ids.at(-1)) === "due", "the server's copy waiting");
    };
    const before = await publish(page, "product_added_to_cart");
    ids.push(eventId(shop, "AddToCart", before));
    await visitor.accept(page);
    await eventually(() => state(lab, ids[0]) === "due", "the first waiting");
    await adds();
    await visitor.decline(page);
    for (const id of ids)
      await eventually(
        () => state(lab, id) === "withdrawn",
        () => `${id} withdrawn; it is ${state(lab, id)}`,
      );
    const never = eventId(shop, "AddToCart", await publish(page, "product_added_to_cart"));
    await eventually(
      async () => (await visitor.kept(page)).cookies.length === 0,
      async () => `an empty jar; it holds ${JSON.stringify(await visitor.kept(page))}`,
    );

    // Someone else's event goes through, so what was going to leave has left.
    await lab.clearFaults();
    const other = await shopper(t, lab);
    const another = await other.open("/products/tea-tin");
    await other.accept(another);
    const through = eventId(shop, "AddToCart", await publish(another, "product_added_to_cart"));
    await eventually(() => state(lab, through) === "delivered", "another shopper's event");
    const delivered = (await arrivals(lab))
      .filter(({ leg, outcome }) => leg === "events_api" && outcome !== "not_processed")
      .map(({ event_id }) => event_id);
    assert.deepEqual([...new Set(delivered)], [through]);
    const requests = await visitor.leave();
    assertWithdrawals(requests);
    assert.deepEqual(
      leaks(
        requests.filter(({ text }) => text.includes(never)),
        lab,
      ),
      [],
    );
  });
}

test("Global Privacy Control, which it cannot read, is seen by the endpoint: refused, and nothing stored", {
  skip: chromiumOnly("a header can be added to its requests"),
}, async (t) => {
  const lab = await world(t, { pixels: ["app"] });
  const visitor = await shopper(t, lab);
  await visitor.context.setExtraHTTPHeaders({ "Sec-GPC": "1" });
  const answers = [];
  visitor.context.on("response", (response) => {
    if (response.url().endsWith("/v1/events")) answers.push(response);
  });
  const page = await visitor.open("/products/moka-pot");
  await visitor.accept(page);
  const id = eventId(shop, "AddToCart", await publish(page, "product_added_to_cart"));
  const refusal = await eventually(() => answers[0], "the endpoint's answer");
  assert.equal(refusal.status(), 403);
  assert.equal((await refusal.json()).reason, "gpc_header");
  assert.equal(state(lab, id), null);
  assert.deepEqual(await lab.received(), []);
  assertAbsent({ "the event": id }, lab.written());
  // A refusal is final: it is not kept to be sent again.
  await eventually(
    async () => !(await page.evaluate(() => localStorage.getItem("assent.outbox"))),
    "an empty outbox",
  );
  assert.equal(answers.length, 1);
});

test("where Shopify's scopes are missing it does without: the same id, and no contacts", async (t) => {
  const lab = await world(t, { pixels: ["app"] });
  await lab.shopSettings({
    region: "open",
    scopes: [],
    customer: {
      id: "7",
      email: "anna@example.com",
      phone: "+4930901820",
      firstName: "Anna",
      lastName: "B",
      ordersCount: 2,
    },
  });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  await page.click("#add");
  await serves(lab, ["AddToCart"]);
  const steps = { cart: 0, information: 1, payment: 1, processing: 2 };
  const token = await visitor.checkOut(page, {
    form,
    between: (step) => serves(lab, ["AddToCart", ...checkoutEvents.slice(0, steps[step])]),
  });
  await serves(lab, ["AddToCart", ...checkoutEvents]);
  const [purchase] = (await arrivals(lab)).filter(({ name }) => name === "Purchase");
  assert.equal(purchase.event_id, eventId(shop, "Purchase", checkoutAnchor(shop, token)));
  const { user, properties } = purchase.body.data[0];
  assert.deepEqual([properties.value, properties.currency], [39.8, "EUR"]);
  for (const field of ["email", "phone", "first_name", "last_name", "zip_code", "city", "state"])
    assert.equal(user[field], undefined, field);
  assert.equal(user.country, "de", "the storefront's own, which no scope protects");
  assert.ok(user.external_id && user.user_agent);
});
