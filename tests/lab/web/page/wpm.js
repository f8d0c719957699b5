// The page's side of the web pixels manager: which pixels there are, when each may be loaded, and what became of it
// (docs/facts/shopify.md#the-page). For tests: `lab.pixelStatus` and `lab.extensionStatus`, both 'waiting for consent',
// 'loading', 'initialized' or 'failed: …'; undefined where there is no such pixel.
function items(storage) { return Object.fromEntries(Object.entries(storage)); }

function initializeWith(buses, pixel) {
  var lax = pixel.runtimeContext === 'LAX';
  return {
    pageTitle: document.title, webPixelConfig: pixel, shopId: lab.shopId, webPixelApi: pixelApi(buses, pixel),
    cookie: document.cookie, cookieRestrictedDomains: ['com', 'co.uk', 'myshopify.com', 'localhost', 'test'],
    origin: location.origin, referrer: document.referrer,
    localStorageItems: lax ? items(localStorage) : {}, sessionStorageItems: lax ? items(sessionStorage) : {},
  };
}

function setStatus(pixel, status) { lab[pixel.type === 'APP' ? 'extensionStatus' : 'pixelStatus'] = status; }

function loadPixel(buses, pixel) {
  setStatus(pixel, 'loading');
  return new Promise(function (resolve, reject) {
    SANDBOXES[pixel.runtimeContext](pixel, reject)
      .then(function (rpc) { return rpc.call('initialize', initializeWith(buses, pixel)); })
      .then(resolve, reject);
  }).then(function (result) {
    if (result.hashVersion !== lab.hash) throw new Error('hash mismatch: ' + result.hashVersion);
    setStatus(pixel, 'initialized');
  }).catch(function (error) {
    setStatus(pixel, 'failed: ' + error.message);
    console.error('[lab] pixel', pixel.id, error);
  });
}

// A pixel is loaded only when every purpose it declares is allowed, now or later on this page; the bus then replays what the
// page has seen. That a withdrawal leaves a running pixel where it is, and only the next page goes without, is inferred.
function whenPermitted(buses, pixel, load) {
  function permitted() { return pixel.privacyPurposes.every(function (purpose) { return allowed(purpose.toLowerCase()); }); }
  if (permitted()) { load(); return; }
  setStatus(pixel, 'waiting for consent');
  var stop = buses.privacy.subscribe(function () {
    if (!permitted()) return;
    stop();
    load();
  });
}

function customPixel() {
  return {
    id: lab.pixelId, type: 'CUSTOM', runtimeContext: 'LAX', scriptVersion: '1', eventPayloadVersion: 'v1',
    // The merchant's Permission setting: "not required" always loads.
    privacyPurposes: lab.settings.permission === 'required' ? ['ANALYTICS', 'MARKETING', 'PREFERENCES', 'SALE_OF_DATA'] : [],
  };
}

function appPixel() {
  return {
    id: lab.extension.id, type: 'APP', runtimeContext: 'STRICT', scriptVersion: '1', eventPayloadVersion: 'v1', apiClientId: 4242424,
    configuration: lab.extension.configuration,
    // As extension/shopify.extension.toml declares. `sale_of_data = "enabled"` is taken to ask for it; TikTok's own entry has it so.
    privacyPurposes: ['MARKETING', 'SALE_OF_DATA'],
  };
}

var PIXELS = { custom: customPixel, app: appPixel };

// `kinds` of 'custom' and 'app'.
function startPixels(kinds) {
  var buses = { events: createBus(), privacy: createPrivacyBus() };
  var publish = createPublisher(buses.events, clientId());
  installConsent(buses.privacy);
  Shopify.analytics.publish = function (name, data) { publish(name, data); return true; };
  window.webPixelsManagerAPI = { publish: publish };
  (Shopify.analytics.replayQueue || []).splice(0).forEach(function (call) { publish(call[0], call[1]); });
  kinds.forEach(function (kind) {
    var pixel = PIXELS[kind]();
    whenPermitted(buses, pixel, function () { loadPixel(buses, pixel); });
  });
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
