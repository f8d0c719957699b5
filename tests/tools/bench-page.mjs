// Runs inside the page of the bench and of the soak, or in a worker there: a Shopify that answers
// at once, and a clock.

/** Gives `{ ready, first, further }` in milliseconds: from the code's first line to its
 *  subscription, and from handing it a granted checkout to the call that sends its beacon.
 *  `settings` are the app extension's; the snippet has its own inside. No beacon reaches a network.
 *  Rejects with the module's own words if it does not start or stops. */
export async function standInForShopify({ code, shop, settings, events }) {
  const jar = { cookie: "", storage: new Map() };
  const browser = {
    cookie: {
      get: async () => jar.cookie,
      set: async (text) => {
        const pair = text.split(";")[0];
        const others = jar.cookie
          .split("; ")
          .filter((one) => one && one.split("=")[0] !== pair.split("=")[0]);
        jar.cookie = [...others, pair].join("; ");
        return jar.cookie;
      },
    },
    localStorage: {
      getItem: async (key) => jar.storage.get(key) ?? null,
      setItem: async (key, value) => void jar.storage.set(key, value),
      removeItem: async (key) => void jar.storage.delete(key),
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
  const allowed = {
    analyticsProcessingAllowed: true,
    marketingAllowed: true,
    preferencesProcessingAllowed: true,
    saleOfDataAllowed: true,
  };
  const init = {
    context,
    data: {
      customer: null,
      cart: null,
      shop: { myshopifyDomain: shop, countryCode: "DE", paymentSettings: { currencyCode: "EUR" } },
    },
    customerPrivacy: allowed,
  };

  let sent = () => {};
  globalThis.fetch = async () => {
    sent();
    return new Response('{"accepted":1}', { status: 202 });
  };
  const stopped = new Promise(
    (_, reject) => (console.warn = (...words) => reject(new Error(words.join(" ")))),
  );
  const began = performance.now();
  const subscribed = new Promise((resolve) => {
    const subscribe = async (name, heard) =>
      name === "all_standard_events" && resolve({ heard, ready: performance.now() - began });
    const analytics = { subscribe };
    const api = {
      analytics,
      browser,
      init,
      settings,
      customerPrivacy: { subscribe: async () => () => true },
    };
    globalThis.shopify = { extend: (_point, render) => render(api) };
    new Function("analytics", "browser", "init", "api", code)(analytics, browser, init, api);
  });
  const { heard, ready } = await Promise.race([subscribed, stopped]);
  // Not by a timer: in a frame that nobody has touched, WebKit delays timers by 30 ms.
  const turn = () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
  const time = async (n) => {
    const event = checkoutCompleted(n);
    const start = performance.now();
    const beacon = new Promise((resolve) => (sent = () => resolve(performance.now() - start)));
    heard(event);
    const took = await Promise.race([beacon, stopped]);
    // The module takes in the answer before the next event, as it would between two real ones.
    await turn();
    return took;
  };
  const first = await time(1);
  const further = [];
  for (let n = 2; n <= events; n++) further.push(await time(n));
  return { ready, first, further };
}

/** The same in a worker; `without` names globals that the worker is not to have. */
export async function inWorker({ standIn, without, ...given }) {
  const text = `${without.map((name) => `delete globalThis.${name};`).join("")}(${standIn})(${JSON.stringify(given)}).then(postMessage, (error) => setTimeout(() => { throw error; }))`;
  const worker = new Worker(URL.createObjectURL(new Blob([text])));
  try {
    return await new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
  } finally {
    worker.terminate();
  }
}
