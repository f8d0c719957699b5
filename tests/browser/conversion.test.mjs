// A granted purchase, seen from the other side of every wire.
import assert from "node:assert/strict";
import test from "node:test";
import { checkoutAnchor, eventId, sha256 } from "../tools/beacon.mjs";
import { pixelCode, shop } from "../tools/world.mjs";
import {
  arrive,
  assertAbsent,
  checkoutLegs,
  chromiumOnly,
  elsewhere,
  engine,
  eventually,
  shopper,
  texts,
  world,
} from "./harness.mjs";

const checkoutEvents = ["AddToCart", "InitiateCheckout", "AddPaymentInfo", "Purchase"];
const legsOf = (name) => (name === "AddToCart" ? ["browser", "events_api"] : checkoutLegs);
const legs = (names) => names.flatMap((name) => legsOf(name).map((leg) => [name, leg]));
const views = (inShop, inCheckout) =>
  Array(inShop + (checkoutLegs.includes("browser") ? inCheckout : 0)).fill(["Pageview", "browser"]);
/** What WebKit leaves before the page's own path. */
const keptPath = engine === "webkit" ? /^\/web-pixels@.*\/sandbox\/modern\// : "/";
const landing = "/?ttclid=E.C.P.aB3-x_9&utm_source=tiktok&email=anna%40example.com&key=s3cret#part";
// As sloppy as a checkout lets it through; Berlin's number in national format.
const form = {
  email: "  Greta.MUSTER@Example.COM ",
  phone: "030 901820",
  firstName: "Greta",
  lastName: "Muster",
  address1: "Ahornweg 31",
  zip: "12043",
};
// By hand: trimmed and lower case; E.164 for Germany (+49, without the leading 0).
const hashes = { email: sha256("greta.muster@example.com"), phone: sha256("+4930901820") };

/** Lands with a click id, accepts, buys one moka pot; every event has arrived in both its legs. */
async function purchase(lab, visitor) {
  const page = await visitor.open(landing);
  await visitor.accept(page);
  await arrive(lab, [["Pageview", "browser"]]);
  await visitor.addToCart(page);
  const viewed = ["ViewContent", "browser"];
  await arrive(lab, [...views(2, 0), viewed, ...legs(["AddToCart"])]);
  const steps = {
    cart: [views(3, 0), []],
    information: [views(3, 1), ["InitiateCheckout"]],
    payment: [views(3, 2), ["InitiateCheckout"]],
    processing: [views(3, 2), ["InitiateCheckout", "AddPaymentInfo"]],
  };
  const token = await visitor.checkOut(page, {
    form,
    between: (step) => {
      const [pages, names] = steps[step];
      return arrive(lab, [...pages, viewed, ...legs(["AddToCart", ...names])]);
    },
  });
  const all = await arrive(lab, [...views(3, 3), viewed, ...legs(checkoutEvents)]);
  return { token, all, page };
}

test("a granted purchase arrives once in each leg under one id, is counted once, and keeps its secrets", async (t) => {
  const lab = await world(t);
  const visitor = await shopper(t, lab);
  const { token, all, page } = await purchase(lab, visitor);
  const of = (name, leg) => all.find((event) => event.name === name && event.leg === leg);
  const counted = await lab.counted();

  await t.test(
    "both legs carry the id that `assent event-id` prints, and TikTok counts one conversion",
    () => {
      for (const name of ["InitiateCheckout", "AddPaymentInfo", "Purchase"]) {
        const printed = lab
          .assent("event-id", "--shop", shop, "--event", name, "--checkout-token", token)
          .trim();
        assert.equal(printed, eventId(shop, name, checkoutAnchor(shop, token)));
        assert.deepEqual(
          checkoutLegs.map((leg) => of(name, leg).event_id),
          checkoutLegs.map(() => printed),
        );
      }
      for (const name of checkoutEvents) {
        const conversions = counted.filter((conversion) => conversion.name === name);
        assert.deepEqual(
          conversions.map(({ pixel, copies }) => [pixel, copies.map(({ outcome }) => outcome)]),
          [[pixelCode, ["counted", "merged"].slice(0, legsOf(name).length)]],
          name,
        );
      }
      assert.equal(of("AddToCart", "browser").event_id, of("AddToCart", "events_api").event_id);
    },
  );

  await t.test(
    "page and referrer are the shop's, cleaned, in both legs and as events.js reads them by itself",
    () => {
      const purchaseByServer = of("Purchase", "events_api").body.data[0].page;
      const thanks = {
        url: `${lab.shopUrl}/checkouts/cn/thank-you`,
        referrer: `${lab.shopUrl}/checkouts/cn/payment`,
      };
      assert.deepEqual({ url: purchaseByServer.url, referrer: purchaseByServer.referrer }, thanks);
      if (checkoutLegs.includes("browser")) {
        const purchaseByBrowser = of("Purchase", "browser").body.context.page;
        assert.deepEqual(
          { url: purchaseByBrowser.url, referrer: purchaseByBrowser.referrer },
          thanks,
        );
      }
      const [first] = all.filter(({ name }) => name === "Pageview");
      const { origin, pathname, search } = new URL(first.body.context.page.url);
      assert.equal(
        origin + pathname.replace(keptPath, "/") + search,
        `${lab.shopUrl}/?ttclid=E.C.P.aB3-x_9&utm_source=tiktok`,
      );
      assert.equal(first.body.context.page.referrer, "");
      const { url, referrer } = of("AddToCart", "events_api").body.data[0].page;
      assert.deepEqual(
        { url, referrer },
        { url: `${lab.shopUrl}/products/moka-pot`, referrer: undefined },
      );
    },
  );

  await t.test(
    "contacts are hashed as TikTok's rules say, in both legs, and the click id is whole",
    async () => {
      const server = of("Purchase", "events_api").body.data[0];
      assert.equal(server.user.email, hashes.email);
      assert.equal(server.user.phone, hashes.phone);
      assert.equal(server.user.ttclid, "E.C.P.aB3-x_9");
      assert.equal(server.user.country, "de");
      assert.equal(server.user.user_agent, await page.evaluate(() => navigator.userAgent));
      assert.match(server.user.external_id, /^[0-9a-f]{64}$/);
      if (!checkoutLegs.includes("browser")) return;
      const { user, userAgent } = of("Purchase", "browser").body.context;
      assert.equal(server.user.user_agent, userAgent);
      assert.deepEqual([user.email, user.phone_number ?? user.phone], [hashes.email, hashes.phone]);
      assert.equal(server.user.external_id, user.external_id);
    },
  );

  await t.test("money and goods are those of the order, in both legs", () => {
    // One moka pot at 34.90, shipping 4.90.
    const expected = { currency: "EUR", value: 39.8, content_type: "product", num_items: 1 };
    for (const { body } of checkoutLegs.map((leg) => of("Purchase", leg))) {
      const { currency, value, content_type, num_items, contents } = (body.data?.[0] ?? body)
        .properties;
      assert.deepEqual({ currency, value, content_type, num_items }, expected);
      assert.deepEqual(
        contents.map(({ content_id, quantity, price }) => ({ content_id, quantity, price })),
        [{ content_id: "45123400000011", quantity: 1, price: 34.9 }],
      );
    }
  });

  await t.test("the device keeps what the table says, in the table's form", async () => {
    const { cookies, stored } = await visitor.kept(page);
    const ours = cookies.filter(({ name }) => name.startsWith("_assent"));
    assert.deepEqual(ours.map(({ name }) => name).sort(), ["_assent", "_assent_c"]);
    assert.deepEqual(
      stored
        .map(([name]) => name)
        .filter((name) => !["assent.fired", "assent.outbox"].includes(name)),
      [],
    );
    for (const { value } of ours) assert.match(value, /^[A-Za-z0-9_.-]+$/);
  });

  await t.test(
    "raw contacts and the checkout token are in no request, no file of the store and no log",
    async () => {
      const cart = await page.evaluate(
        () => JSON.parse(localStorage.getItem("lab.shop")).cartToken,
      );
      const requests = await visitor.leave();
      const outside = elsewhere(requests, lab);
      const beacons = outside
        .filter(({ host, method }) => host === "events.test" && method === "POST")
        .map(({ body }) => JSON.parse(body));
      assert.ok(beacons.length >= 4, "the witness saw the beacons");
      const fired = Object.fromEntries(
        beacons.flatMap(({ events }) => events).map(({ name, browser }) => [name, browser]),
      );
      assert.deepEqual(
        fired,
        Object.fromEntries(
          checkoutEvents.map((name) => [
            name,
            legsOf(name).includes("browser") ? "fired" : "skipped",
          ]),
        ),
      );
      const secrets = {
        "the checkout token": token,
        "the query's secret": "s3cret",
        "the query's e-mail": "anna@example.com",
        "the cart token": cart,
      };
      const raw = {
        "the e-mail as typed": form.email.trim(),
        "the e-mail": "greta.muster@example.com",
        "the phone as typed": form.phone,
        "the phone": "30901820",
        "the first name": "Greta",
        "the last name": "Muster",
        "the street": "Ahornweg",
        // As a word of its own: five digits stand somewhere in every page of hex.
        "the postal code": /(?<![0-9a-f])12043(?![0-9a-f])/i,
      };
      assertAbsent({ ...secrets, ...raw }, texts(outside));
      // Of the shopper's contacts not even the shop hears through us; its checkout tells it itself,
      // when it is paid.
      assertAbsent(raw, texts(requests.filter(({ path }) => path !== "/lab/orders")));
      const arrived = (await lab.received()).map(({ seq, body, headers }) => ({
        name: `arrival ${seq}`,
        bytes: body + JSON.stringify(headers),
      }));
      assertAbsent({ ...secrets, ...raw }, [...arrived, ...lab.written()]);
    },
  );
});

test("an address that is money, or that names the shopper, reaches TikTok by no way", async (t) => {
  const lab = await world(t);
  const visitor = await shopper(t, lab);
  const code = "5c0ffee15c0ffee25c0ffee35c0ffee4";
  const page = await visitor.open();
  await visitor.accept(page);
  await arrive(lab, views(1, 0));
  const named =
    "utm_email=ruth%40example.com&utm_term=ruth%2540example.com&utm_content=%2B4930901821";
  await visitor.go(
    page,
    `/gift_cards/65432100/${code}?utm_source=mail&${named}&ttclid=__CLICKID__`,
  );
  // As on a checkout's page: WebKit keeps the path, so TikTok's script does not run there.
  const viewed = await arrive(lab, views(1, 1));
  const told = `${lab.shopUrl}/gift_cards?utm_source=mail`;
  if (checkoutLegs.includes("browser")) assert.equal(viewed.at(-1).body.context.page.url, told);
  // By a link: what WebDriver's own script goes to has no referrer in Firefox.
  await page.evaluate(() => {
    document.body.prepend(
      Object.assign(document.createElement("a"), {
        id: "onward",
        href: "/products/moka-pot",
        textContent: "onward",
      }),
    );
  });
  await page.click("#onward");
  await page.waitForURL(/moka-pot/);
  await visitor.running(page);
  await page.click("#add");
  const all = await arrive(lab, [
    ...views(2, 1),
    ["ViewContent", "browser"],
    ...legs(["AddToCart"]),
  ]);
  const added = all.find(({ name, leg }) => name === "AddToCart" && leg === "events_api");
  assert.deepEqual(added.body.data[0].page, {
    url: `${lab.shopUrl}/products/moka-pot`,
    referrer: told,
  });
  assert.equal(added.body.data[0].user.ttclid, undefined);
  const atPixel = all.find(({ name, leg }) => name === "AddToCart" && leg === "browser");
  assert.equal(atPixel.body.context.page.referrer, told);
  const secrets = {
    "the gift card": code,
    "the e-mail": "ruth@example.com",
    "the e-mail, encoded": "ruth%40",
    "the phone": "4930901821",
    "the macro": "__CLICKID__",
  };
  const arrived = (await lab.received()).map(({ seq, body, headers }) => ({
    name: `arrival ${seq}`,
    bytes: body + JSON.stringify(headers),
  }));
  const requests = await visitor.leave();
  assertAbsent(secrets, [...texts(elsewhere(requests, lab)), ...arrived, ...lab.written()]);
});

test("without the debug switch the module says nothing, and works", {
  skip: chromiumOnly("WebDriver has no console to listen to"),
}, async (t) => {
  const lab = await world(t, { panel: false });
  const visitor = await shopper(t, lab);
  const page = await visitor.open("/products/tea-tin");
  await visitor.accept(page);
  await page.click("#add");
  await arrive(lab, [["Pageview", "browser"], ["ViewContent", "browser"], ...legs(["AddToCart"])]);
  assert.deepEqual([visitor.said, visitor.browser.errors], [[], []]);
  await eventually(
    async () =>
      JSON.parse(
        lab.assent(
          "why",
          (await lab.counted()).find(({ name }) => name === "AddToCart").event_id,
          "--json",
        ),
      ).state === "delivered",
    "delivered",
  );
});
