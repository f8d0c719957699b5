// The page's side of the web pixels manager: it makes the frame, hands it the API over messages, and keeps the gate of the
// merchant's Permission setting (reference, sections 4.2, 4.3, 8 and 11).
var READY_WITHIN_MS = 10000;

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

var browserApi = {
  cookie: {
    // Both traps are Shopify's: a value is cut at its second "=", and set() with a name writes a bare session cookie.
    get: function (name) {
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

function pixelApi(buses, pixel) {
  // A subscriber is a function of the frame: it is let go when it unsubscribes.
  function releasing(callback, unsubscribe) {
    return function () { var was = unsubscribe(); callback.release(); return was; };
  }
  function deliver(callback) {
    return function (event) { callback(event).catch(function (error) { console.error('[lab] a pixel threw:', error); }); };
  }
  return {
    analytics: {
      subscribe: function (name, callback) { return releasing(callback, buses.events.subscribe(name, deliver(callback))); },
    },
    browser: browserApi,
    init: { context: debuggable(pageContext()), data: pageData(), customerPrivacy: customerPrivacy() },
    settings: {},
    customerPrivacy: {
      subscribe: function (name, callback) {
        if (name !== 'visitorConsentCollected') throw new Error('Unknown customer privacy event: ' + name);
        return releasing(callback, buses.privacy.subscribe(deliver(callback)));
      },
    },
    _pixelInfo: { runtimeContext: pixel.runtimeContext, apiClientId: undefined, restrictions: undefined },
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

function frameUrl(pixel) {
  var path = /\.(js|json|xml)$/.test(location.pathname) ? '' : location.pathname;
  return '/web-pixels@' + lab.hash + '/custom/web-pixel-' + pixel.id + '@' + pixel.scriptVersion + '/sandbox/modern' + path + withDebug(location.search);
}

function createFrame(pixel) {
  var container = document.getElementById('web-pixels-manager-sandbox-container');
  if (!container) {
    container = document.createElement('div');
    container.id = 'web-pixels-manager-sandbox-container';
    container.setAttribute('aria-hidden', 'true');
    container.setAttribute('data-shopify-privacy', 'exclude');
    container.style.cssText = 'width:0;height:0;position:fixed;visibility:hidden;overflow:hidden;z-index:-100;margin:0;padding:0;border:0';
    document.body.appendChild(container);
  }
  var frame = document.createElement('iframe');
  frame.id = frame.name = 'web-pixel-sandbox-CUSTOM-' + pixel.id + '-LAX-' + lab.hash;
  frame.setAttribute('sandbox', 'allow-scripts allow-forms');
  frame.tabIndex = -1;
  frame.setAttribute('aria-hidden', 'true');
  frame.src = frameUrl(pixel);
  container.appendChild(frame);
  return frame;
}

function connect(frame, pixel) {
  return new Promise(function (resolve, reject) {
    var rpc = createRpc(function (message) { frame.contentWindow.postMessage(message, '*'); }, {});
    window.addEventListener('message', function (event) {
      if (event.source !== frame.contentWindow) return;
      if (event.data !== READY) { rpc.receive(event.data); return; }
      lab.frameOrigin = event.origin;
      resolve(rpc);
    });
    frame.addEventListener('load', function () {
      frame.contentWindow.postMessage(READY, '*');
      setTimeout(function () { reject(new Error('Failed to load iframe for pixel ' + pixel.id)); }, READY_WITHIN_MS);
    });
  });
}

function items(storage) { return Object.fromEntries(Object.entries(storage)); }

function loadPixel(buses, pixel) {
  return connect(createFrame(pixel), pixel).then(function (rpc) {
    return rpc.call('initialize', {
      pageTitle: document.title, webPixelConfig: pixel, shopId: lab.shopId, webPixelApi: pixelApi(buses, pixel),
      cookie: document.cookie, cookieRestrictedDomains: ['com', 'co.uk', 'myshopify.com', 'localhost', 'test'],
      origin: location.origin, referrer: document.referrer,
      localStorageItems: items(localStorage), sessionStorageItems: items(sessionStorage),
    });
  }).then(function (result) {
    if (result.hashVersion !== lab.hash) throw new Error('hash mismatch: ' + result.hashVersion);
    lab.pixelStatus = 'initialized';
  }).catch(function (error) {
    lab.pixelStatus = 'failed: ' + error.message;
    console.error('[lab] pixel', pixel.id, error);
  });
}

// Permission "required": only when every purpose is allowed, now or later on this page. "not_required": always.
function whenPermitted(buses, load) {
  function permitted() { return lab.settings.permission !== 'required' || PURPOSES.every(allowed); }
  if (permitted()) { load(); return; }
  var stop = buses.privacy.subscribe(function () {
    if (!permitted()) return;
    stop();
    load();
  });
}

function startPixels() {
  var buses = { events: createBus(), privacy: createPrivacyBus() };
  var publish = createPublisher(buses.events, clientId());
  installConsent(buses.privacy);
  Shopify.analytics.publish = function (name, data) { publish(name, data); return true; };
  window.webPixelsManagerAPI = { publish: publish };
  (Shopify.analytics.replayQueue || []).splice(0).forEach(function (call) { publish(call[0], call[1]); });
  var pixel = {
    id: lab.pixelId, type: 'CUSTOM', runtimeContext: 'LAX', scriptVersion: '1', eventPayloadVersion: 'v1',
    privacyPurposes: lab.settings.permission === 'required' ? ['ANALYTICS', 'MARKETING', 'PREFERENCES', 'SALE_OF_DATA'] : [],
  };
  whenPermitted(buses, function () { loadPixel(buses, pixel); });
  return publish;
}

// Shopify's own visitor id, the successor of _shopify_y.
function clientId() {
  var known = readCookie('lab_client');
  if (known) return known;
  var made = uuid();
  writeCookie('lab_client', made, 365 * 24 * 60 * 60);
  return made;
}
