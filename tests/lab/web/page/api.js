// What the page lends a pixel over messages (docs/facts/shopify.md#the-pixels-api).
function storageApi(storage) {
  return {
    getItem: (key) => storage.getItem(key),
    setItem: (key, value) => {
      storage.setItem(key, value);
    },
    removeItem: (key) => {
      storage.removeItem(key);
    },
    clear: () => {
      storage.clear();
    },
    key: (index) => storage.key(index),
    length: () => storage.length,
  };
}

lab.cookieReads = 0;
var browserApi = {
  cookie: {
    // Both traps are Shopify's: a value is cut at its second "=", and set() with a name writes a
    // bare session cookie.
    get: (name) => {
      lab.cookieReads++; // tests see by it how far a pixel that prints nothing has come
      if (!name) return document.cookie;
      var found = document.cookie
        .split("; ")
        .map((pair) => pair.split("="))
        .filter((pair) => pair[0] === name)[0];
      return found ? found[1] : "";
    },
    set: (cookieOrName, value) => {
      document.cookie = value ? `${cookieOrName}=${value}` : cookieOrName;
      return document.cookie;
    },
  },
  localStorage: storageApi(window.localStorage),
  sessionStorage: storageApi(window.sessionStorage),
  sendBeacon: (url, body) =>
    navigator.sendBeacon(url, new Blob([body === undefined ? "" : body], { type: "text/plain" })),
};

// Which fields an app needs a scope for (docs/facts/shopify.md#protected-customer-data). Without it
// they are null and the structure stays.
var PROTECTED = {
  name: ["firstName", "lastName"],
  email: ["email"],
  phone: ["phone", "smsMarketingPhone"],
  address: [
    "address1",
    "address2",
    "city",
    "country",
    "countryCode",
    "province",
    "provinceCode",
    "zip",
  ],
};

// Custom pixels are not filtered. Text only: `localization.country` is an object, and not the
// customer's.
function seenBy(pixel, value) {
  if (pixel.type !== "APP") return value;
  var missing = Object.keys(PROTECTED).filter((scope) => lab.settings.scopes.indexOf(scope) < 0);
  var hidden = missing.flatMap((scope) => PROTECTED[scope]);
  return JSON.parse(
    JSON.stringify(value, (key, field) =>
      typeof field === "string" && hidden.indexOf(key) >= 0 ? null : field,
    ),
  );
}

function initFor(pixel) {
  var data = pageData();
  data.customer = seenBy(pixel, data.customer);
  return { context: debuggable(pageContext()), data: data, customerPrivacy: customerPrivacy() };
}

function pixelApi(buses, pixel) {
  // A subscriber is a function of the frame: it is let go when it unsubscribes.
  function releasing(callback, unsubscribe) {
    return () => {
      var was = unsubscribe();
      callback.release();
      return was;
    };
  }
  function deliver(callback) {
    return (event) => {
      callback(seenBy(pixel, event)).catch((error) => {
        console.error("[lab] a pixel threw:", error);
      });
    };
  }
  return {
    analytics: {
      subscribe: (name, callback) =>
        releasing(callback, buses.events.subscribe(name, deliver(callback))),
    },
    browser: browserApi,
    init: initFor(pixel),
    settings: JSON.parse(pixel.configuration || "{}"),
    customerPrivacy: {
      subscribe: (name, callback) => {
        if (name !== "visitorConsentCollected")
          throw new Error(`Unknown customer privacy event: ${name}`);
        return releasing(callback, buses.privacy.subscribe(deliver(callback)));
      },
    },
    _pixelInfo: {
      runtimeContext: pixel.runtimeContext,
      apiClientId: pixel.apiClientId,
      restrictions: undefined,
    },
  };
}

// The lab's panel shows the module's debug lines, so the frame and `init` say that `assent_debug=1`
// stands in the page's address, though nobody has typed it. The events do not say so.
function withDebug(search) {
  if (!lab.debug || search.indexOf("assent_debug=") >= 0) return search;
  return `${search}${search ? "&" : "?"}assent_debug=1`;
}

function debuggable(context) {
  [context.document.location, context.window.location].forEach((location) => {
    location.search = withDebug(location.search);
    location.href = location.origin + location.pathname + location.search + location.hash;
  });
  return context;
}
