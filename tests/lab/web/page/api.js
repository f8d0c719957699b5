// What the page lends a pixel over messages (docs/facts/shopify.md#the-pixels-api).
function storageApi(storage) {
  return {
    getItem: function (key) { return storage.getItem(key); },
    setItem: function (key, value) { storage.setItem(key, value); },
    removeItem: function (key) { storage.removeItem(key); },
    clear: function () { storage.clear(); },
    key: function (index) { return storage.key(index); },
    length: function () { return storage.length; },
  };
}

lab.cookieReads = 0;
var browserApi = {
  cookie: {
    // Both traps are Shopify's: a value is cut at its second "=", and set() with a name writes a bare session cookie.
    get: function (name) {
      lab.cookieReads++; // for tests: how far a pixel without a word to say has come
      if (!name) return document.cookie;
      var found = document.cookie.split('; ').map(function (pair) { return pair.split('='); })
        .filter(function (pair) { return pair[0] === name; })[0];
      return found ? found[1] : '';
    },
    set: function (cookieOrName, value) {
      document.cookie = value ? cookieOrName + '=' + value : cookieOrName;
      return document.cookie;
    },
  },
  localStorage: storageApi(window.localStorage),
  sessionStorage: storageApi(window.sessionStorage),
  sendBeacon: function (url, body) {
    return navigator.sendBeacon(url, new Blob([body === undefined ? '' : body], { type: 'text/plain' }));
  },
};

// Which fields an app needs a scope for (docs/facts/shopify.md#protected-customer-data). Without it they are null and
// the structure stays.
var PROTECTED = {
  name: ['firstName', 'lastName'], email: ['email'], phone: ['phone', 'smsMarketingPhone'],
  address: ['address1', 'address2', 'city', 'country', 'countryCode', 'province', 'provinceCode', 'zip'],
};

// Custom pixels are not filtered. Text only: `localization.country` is an object, and not the customer's.
function seenBy(pixel, value) {
  if (pixel.type !== 'APP') return value;
  var missing = Object.keys(PROTECTED).filter(function (scope) { return lab.settings.scopes.indexOf(scope) < 0; });
  var hidden = missing.flatMap(function (scope) { return PROTECTED[scope]; });
  return JSON.parse(JSON.stringify(value, function (key, field) {
    return typeof field === 'string' && hidden.indexOf(key) >= 0 ? null : field;
  }));
}

function initFor(pixel) {
  var data = pageData();
  data.customer = seenBy(pixel, data.customer);
  return { context: debuggable(pageContext()), data: data, customerPrivacy: customerPrivacy() };
}

function pixelApi(buses, pixel) {
  // A subscriber is a function of the frame: it is let go when it unsubscribes.
  function releasing(callback, unsubscribe) {
    return function () { var was = unsubscribe(); callback.release(); return was; };
  }
  function deliver(callback) {
    return function (event) { callback(seenBy(pixel, event)).catch(function (error) { console.error('[lab] a pixel threw:', error); }); };
  }
  return {
    analytics: {
      subscribe: function (name, callback) { return releasing(callback, buses.events.subscribe(name, deliver(callback))); },
    },
    browser: browserApi,
    init: initFor(pixel),
    settings: JSON.parse(pixel.configuration || '{}'),
    customerPrivacy: {
      subscribe: function (name, callback) {
        if (name !== 'visitorConsentCollected') throw new Error('Unknown customer privacy event: ' + name);
        return releasing(callback, buses.privacy.subscribe(deliver(callback)));
      },
    },
    _pixelInfo: { runtimeContext: pixel.runtimeContext, apiClientId: pixel.apiClientId, restrictions: undefined },
  };
}

// The lab shows the module's debug lines without asking the newcomer to type the parameter: the frame and `init` say that
// it stands in the page's address. The events do not.
function withDebug(search) {
  if (!lab.debug || search.indexOf('assent_debug=') >= 0) return search;
  return search + (search ? '&' : '?') + 'assent_debug=1';
}

function debuggable(context) {
  [context.document.location, context.window.location].forEach(function (location) {
    location.search = withDebug(location.search);
    location.href = location.origin + location.pathname + location.search + location.hash;
  });
  return context;
}
