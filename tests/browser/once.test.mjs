// Nothing counts twice: a reload, a replay, a second tab, a beacon sent again.
import assert from "node:assert/strict";
import test from "node:test";
import { arrivals, arrive, checkoutLegs, eventually, shopper, world } from "./harness.mjs";

const outbox = (page) => page.evaluate(() => localStorage.getItem("assent.outbox"));
const purchases = async (lab) =>
  (await arrivals(lab))
    .filter(({ name }) => name === "Purchase")
    .map(({ leg }) => leg)
    .sort();

const added = async (lab) =>
  (await arrivals(lab)).filter(({ name, leg }) => name === "AddToCart" && leg === "events_api");

/** Publishes the finished checkout's event again, as a replay would: another event id, the same
 *  checkout. */
const replay = (page, token) =>
  page.evaluate((token) => {
    const shop = JSON.parse(localStorage.getItem("lab.shop"));
    localStorage.setItem("lab.shop", JSON.stringify({ ...shop, checkout: shop.orders[token] }));
    window.lab.publish("checkout_completed", window.lab.example("checkout_completed"));
  }, token);

test("a purchase that is reloaded, replayed and told again in a second tab fires once in each leg", async (t) => {
  const lab = await world(t);
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/");
  await visitor.accept(page);
  await visitor.addToCart(page);
  // Each page's event before the page is left: an event that the sandbox has not yet been told of
  // ends with its page.
  await eventually(
    async () => (await added(lab)).length === 1,
    "the first AddToCart of the server",
  );
  const token = await visitor.checkOut(page);
  await eventually(
    async () => (await purchases(lab)).length === checkoutLegs.length,
    "the purchase in each leg",
  );
  const told = async () =>
    (await visitor.listen()).filter(
      ({ event, done }) => event === "checkout_completed" && done !== "recalled",
    ).length;
  await eventually(async () => (await told()) === 1, "the module's word on the purchase");

  await replay(page, token);
  await eventually(async () => (await told()) === 2, "the module's word on the replay");
  await page.reload();
  await visitor.running(page);
  await replay(page, token);
  await eventually(async () => (await told()) === 3, "the module's word after the reload");
  const second = await visitor.open("/");
  await replay(second, token);
  await eventually(async () => (await told()) === 4, "the module's word in the second tab");

  // Another event after it has arrived: what the replays could have sent has been sent.
  await second.evaluate(() =>
    window.lab.publish("product_added_to_cart", window.lab.example("product_added_to_cart")),
  );
  await eventually(async () => (await added(lab)).length === 2, "a later event");
  await eventually(
    async () =>
      (await arrivals(lab)).filter(({ name, leg }) => name === "AddToCart" && leg === "browser")
        .length === 2,
    "a later event of the pixel",
  );
  // Also in WebKit: what the checkout's page left to the server, the replay on an ordinary page
  // hands to the pixel, once.
  assert.deepEqual(await purchases(lab), ["browser", "events_api"]);
  assert.equal((await lab.counted()).filter(({ name }) => name === "Purchase").length, 1);
});

test("a beacon without an answer is sent again on a later page, under the same id and time", async (t) => {
  const lab = await world(t);
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/moka-pot");
  await visitor.accept(page);
  await arrive(lab, [
    ["Pageview", "browser"],
    ["ViewContent", "browser"],
  ]);
  await lab.endpoint.kill();
  await page.click("#add");
  const [fired] = await eventually(async () => {
    const added = (await arrivals(lab)).filter(({ name }) => name === "AddToCart");
    return added.length > 0 && added;
  }, "the browser's AddToCart");
  await eventually(
    async () => (await outbox(page))?.includes(fired.event_id),
    "the beacon in the outbox",
  );

  const written = JSON.parse(
    /\{.*\}/.exec(
      (await outbox(page)).split("\n").find((line) => line.includes(fired.event_id)),
    )[0],
  );
  const [kept] = written.events.filter(({ event_id }) => event_id === fired.event_id);

  await lab.startEndpoint();
  await visitor.go(page, "/products/tea-tin");
  const sent = await eventually(
    async () =>
      (await arrivals(lab)).find(({ name, leg }) => name === "AddToCart" && leg === "events_api"),
    "the server's AddToCart",
  );
  assert.equal(sent.event_id, fired.event_id);
  assert.equal(sent.body.data[0].event_time, kept.event_time, "its time is the event's");
  await eventually(
    async () => !(await outbox(page))?.includes(fired.event_id),
    async () => `an empty outbox; it holds ${await outbox(page)}`,
  );
  const [conversion] = (await lab.counted()).filter(({ name }) => name === "AddToCart");
  assert.deepEqual(
    conversion.copies.map(({ outcome }) => outcome),
    ["counted", "merged"],
  );
});
