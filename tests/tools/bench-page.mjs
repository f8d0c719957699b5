// Runs inside the page of the bench and of the soak, or in a worker there: a Shopify that answers
// at once, and a clock.

/**
 * Runs a pixel's code and hands it granted checkouts. No beacon reaches a network. Rejects with the
 * pixel's own words if it does not start, or stops.
 *
 * What is given:
 *  - `code`, `shop`, and `settings`: the app extension's (a snippet has its own inside)
 *  - `events`: how many checkouts, one after the other
 *  - `allowed`: Shopify's four flags
 *  - `device`: what the shop's cookies and localStorage hold at the start
 *  - `ready`: what counts as that. "reporting": it has written its cookie `_assent`, which the
 *    module does once it has been asked and has found the grant of the page's start, and not
 *    before. "listening": it has subscribed to events, which the other trackers here do when
 *    their own start has returned.
 *  - `handed`: one checkout is there from the start, as Shopify replays what came before
 *  - `reachable`: how the addresses begin that are really fetched
 *  - `watchMemory`: whether WebAssembly's memories are looked at
 *
 * What it gives, in milliseconds:
 *  - `idle`: from the code's first line until the last thing that it asked of Shopify or of the
 *    network, before any event, once nothing has come for a while
 *  - `ready`: from the code's first line until then
 *  - `first`, `further`: from handing it a checkout to the call that sends the beacon; the first
 *    when nothing else is going on any more
 *  - `beacon`, where one was handed: from the code's first line to the call that sends it
 *
 * And besides: `requests`, the addresses it asked for; `device`, as it is in the end; `memory`, the
 * bytes of all WebAssembly memories at the end.
 */
export async function standInForShopify({
  code,
  shop,
  settings,
  events = 0,
  allowed = true,
  device = { cookie: "", storage: {} },
  ready: readyWhen = "reporting",
  handed = false,
  reachable = null,
  watchMemory = false,
}) {
  // Everything that the code asks of the outside passes here.
  let lastAsked = 0;
  const asked = (answer) => {
    lastAsked = performance.now();
    return answer;
  };
  // Not by a timer: in a frame that nobody has touched, WebKit delays timers by 30 ms.
  const turn = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
  const quiet = async () => {
    const since = performance.now();
    while (performance.now() - Math.max(since, lastAsked) < 50)
      await new Promise((resolve) => setTimeout(resolve, 10));
  };

  const ready = {};
  for (const what of ["reporting", "listening"])
    ready[what] = new Promise((resolve) => {
      ready[`is ${what}`] = () => resolve(performance.now() - began);
    });
  let cookie = device.cookie;
  const storage = new Map(Object.entries(device.storage));
  const browser = {
    cookie: {
      get: async () => asked(cookie),
      set: async (text) => {
        if (text.startsWith("_assent=")) ready["is reporting"]();
        const pair = text.split(";")[0];
        const others = cookie
          .split("; ")
          .filter((one) => one && one.split("=")[0] !== pair.split("=")[0]);
        cookie = [...others, pair].join("; ");
        return asked(cookie);
      },
    },
    localStorage: {
      getItem: async (key) => asked(storage.get(key) ?? null),
      setItem: async (key, value) => void asked(storage.set(key, value)),
      removeItem: async (key) => void asked(storage.delete(key)),
      length: async () => asked(storage.size),
      key: async (index) => asked([...storage.keys()][index] ?? null),
    },
  };
  const context = {
    document: {
      location: {
        href: "https://shop.test/checkouts/cn/00112233445566778899aabbccddeeff/thank-you",
      },
      referrer: "https://shop.test/cart",
      title: "Thank you",
    },
    navigator: {
      language: "en-GB",
      languages: ["en-GB"],
      userAgent: navigator.userAgent,
      cookieEnabled: true,
    },
  };
  const money = (amount) => ({ amount, currencyCode: "EUR" });
  const address = {
    firstName: "Greta",
    lastName: "Muster",
    phone: "030 901820",
    city: "Berlin",
    countryCode: "DE",
    zip: "12043",
    provinceCode: null,
  };
  const line = (n) => ({
    id: `4000${n}`,
    title: `Thing ${n}`,
    quantity: n,
    finalLinePrice: money(10 * n),
    variant: {
      id: `4512${n}`,
      sku: `S-${n}`,
      price: money(10),
      product: { id: `812${n}`, title: `Thing ${n}` },
    },
  });
  const checkoutCompleted = (n) => ({
    id: `sh-bench-${n}`,
    name: "checkout_completed",
    type: "standard",
    timestamp: new Date().toISOString(),
    seq: n,
    clientId: "bench",
    context,
    data: {
      checkout: {
        token: n.toString(16).padStart(32, "0"),
        email: " Greta.Muster@Example.com ",
        phone: "030 901820",
        currencyCode: "EUR",
        totalPrice: money(64.9),
        billingAddress: address,
        shippingAddress: address,
        lineItems: [line(1), line(2), line(3)],
        order: { id: `68075817${n}`, customer: null },
      },
    },
  });
  const init = {
    context,
    data: {
      customer: null,
      cart: null,
      shop: { myshopifyDomain: shop, countryCode: "DE", paymentSettings: { currencyCode: "EUR" } },
    },
    customerPrivacy: {
      analyticsProcessingAllowed: allowed,
      marketingAllowed: allowed,
      preferencesProcessingAllowed: allowed,
      saleOfDataAllowed: allowed,
    },
  };

  let sent = () => {};
  const requests = [];
  const beaconTo = (url) => {
    requests.push(asked(url));
    sent();
  };
  const nativeFetch = globalThis.fetch;
  globalThis.fetch = async (target, options) => {
    const url = target instanceof Request ? target.url : String(target);
    if (reachable !== null && url.startsWith(reachable)) {
      requests.push(asked(url));
      return asked(await nativeFetch(target, options));
    }
    beaconTo(url);
    return new Response('{"accepted":1}', { status: 202 });
  };
  // RudderStack sends so.
  globalThis.XMLHttpRequest = class {
    open = (_method, url) => Object.assign(this, { url });
    setRequestHeader() {}
    getResponseHeader = () => null;
    getAllResponseHeaders = () => "";
    send() {
      beaconTo(this.url);
      setTimeout(() => {
        Object.assign(this, { readyState: 4, status: 200, responseText: "{}", response: "{}" });
        this.onreadystatechange?.();
        this.onload?.();
      });
    }
  };

  const memories = [];
  if (watchMemory) {
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class extends Instance {
      constructor(...given) {
        super(...given);
        for (const exported of Object.values(this.exports))
          if (exported instanceof WebAssembly.Memory) memories.push(exported);
      }
    };
  }

  const stopped = new Promise(
    (_, reject) => (console.warn = (...words) => reject(new Error(words.join(" ")))),
  );
  const unlessStopped = (wanted) => Promise.race([wanted, stopped]);
  const sentSince = (start) =>
    new Promise((resolve) => (sent = () => resolve(performance.now() - start)));

  let hear;
  const subscribe = async (name, heard) => {
    asked();
    if (name !== "all_standard_events") return;
    hear = heard;
    ready["is listening"]();
    // Shopify replays in a message of its own.
    if (handed) turn().then(() => heard(checkoutCompleted(0)));
  };
  const analytics = { subscribe };
  const customerPrivacy = { subscribe: async () => asked(() => true) };
  const api = { analytics, browser, init, settings, customerPrivacy };
  globalThis.shopify = { extend: (_point, render) => render(api) };
  // What is called for the first time is compiled then: that is not to be the pixel's time.
  const warm = [
    subscribe("nothing"),
    customerPrivacy.subscribe("nothing"),
    browser.cookie.get(),
    ...["getItem", "removeItem", "key"].map((call) => browser.localStorage[call]("nothing")),
    turn(),
  ];
  await Promise.all(warm);
  const began = performance.now();
  const handedBeacon = handed ? sentSince(began) : null;
  new Function("analytics", "browser", "init", "api", code)(analytics, browser, init, api);
  asked();

  const figures = {};
  if (handed) figures.beacon = await unlessStopped(handedBeacon);
  if (events > 0) figures.ready = await unlessStopped(ready[readyWhen]);
  await unlessStopped(quiet());
  figures.idle = lastAsked - began;
  figures.further = [];
  for (let n = 1; n <= events; n++) {
    const event = checkoutCompleted(n);
    const start = performance.now();
    const beacon = sentSince(start);
    hear(event);
    const took = await unlessStopped(beacon);
    // The pixel takes in the answer before the next event, as it would between two real ones.
    await turn();
    if (n === 1) figures.first = took;
    else figures.further.push(took);
  }
  await unlessStopped(quiet()); // for what is still being written to the device
  return {
    ...figures,
    requests,
    device: { cookie, storage: Object.fromEntries(storage) },
    memory: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0),
  };
}
