// A stand-in for what Shopify's sandbox gives a pixel: a device that can be told to fail, and buses
// through which a test speaks.
export const permitted = {
  marketingAllowed: true,
  saleOfDataAllowed: true,
  analyticsProcessingAllowed: true,
  preferencesProcessingAllowed: true,
};

/** `answers` are what cannot be had of the device as it should: by `cookie` or a key, a function
 *  that answers instead. `subscribe` stands in for Shopify's, by the name subscribed to. */
export function sandbox({
  privacy,
  cookie = "",
  storage = {},
  answers = {},
  subscribe = async () => {},
  settings = {},
  href = "https://shop.example/",
} = {}) {
  const told = {};
  const asked = [];
  const device = { cookie, storage };
  const bus = {
    subscribe(name, callback) {
      asked.push(name);
      told[name] = callback;
      return subscribe(name);
    },
  };
  const answer = (what, usual) => (answers[what] ? answers[what]() : Promise.resolve(usual()));
  return {
    device,
    /** What was subscribed to, in order, once for each subscription. */
    asked,
    /** Tells the pixel: `told.all_standard_events({ … })`. */
    told,
    room: {
      analytics: bus,
      customerPrivacy: bus,
      browser: {
        cookie: {
          get: () => answer("cookie", () => device.cookie),
          set: async (text) => {
            device.cookie = [device.cookie, text.split(";")[0]].filter(Boolean).join("; ");
          },
        },
        localStorage: {
          getItem: (key) => answer(key, () => device.storage[key] ?? null),
          setItem: async (key, value) => {
            device.storage[key] = value;
          },
          removeItem: async (key) => void delete device.storage[key],
          length: async () => Object.keys(device.storage).length,
          key: async (at) => Object.keys(device.storage)[at] ?? null,
        },
      },
      init: {
        context: { document: { location: { href } } },
        data: {},
        customerPrivacy: privacy,
      },
      settings,
    },
  };
}

/** Lets everything run that does not wait for a timer. */
export async function turns(count = 200) {
  for (let turn = 0; turn < count; turn++) await Promise.resolve();
}
