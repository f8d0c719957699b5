// The sandbox's side of the handshake and its one method, `initialize` (reference, sections 4.1 and 8).
var registered = [];
var initialized = false;

self.webPixelsManager = {
  createShopifyExtend: function () {
    return {
      extend: function (point, callback) {
        if (point !== 'WebPixel::Render') throw new Error('Invalid Extension Point');
        registered.push(callback);
      },
    };
  },
};

function initialize(given) {
  if (initialized) throw namedError('SandboxAlreadyInitializedError', 'Sandbox already initialized.');
  initialized = true;
  var api = given.webPixelApi;
  shimCookie(api.browser, given.cookie, given.cookieRestrictedDomains);
  shimStorage('localStorage', api.browser.localStorage, given.localStorageItems);
  shimStorage('sessionStorage', api.browser.sessionStorage, given.sessionStorageItems);
  shimPage(given);
  // A syntax error in the pasted code means there is no initWebPixel; Shopify's own catch is as empty as this one.
  try { self.initWebPixel(); } catch (silent) { /* the pixel is dead and nobody says so */ }
  var done = registered.map(function (callback) { return callback.call(api, api); });
  return Promise.all(done).then(function () {
    return { status: 'success', hashVersion: lab.hash, sandboxUrl: location.href };
  });
}

// Debug lines of the module travel to the page's panel (`lab.debug`); nothing else of the console does.
function forwardConsole() {
  ['debug', 'log', 'info', 'warn', 'error'].forEach(function (level) {
    var native = console[level];
    console[level] = function (first) {
      native.apply(console, arguments);
      if (typeof first !== 'string' || first.indexOf('[assent]') !== 0) return;
      var more = Array.prototype.slice.call(arguments, 1);
      try {
        parent.postMessage({ lab: 'debug', level: level, line: first, details: JSON.parse(JSON.stringify(more)) }, '*');
      } catch (odd) { /* not data */ }
    };
  });
}

function start() {
  if (lab.gpc) Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { configurable: true, get: function () { return true; } });
  if (lab.debug) forwardConsole();
  installGuard(lab);
  var listen = wrapListeners();
  freezeGlobals();
  var rpc = createRpc(function (message) { parent.postMessage(message, '*'); }, { initialize: initialize });
  function ready() { parent.postMessage(READY, '*'); }
  listen.call(self, 'message', function (event) {
    if (event.source !== parent) return;
    if (event.data !== READY) rpc.receive(event.data);
    else if (document.readyState === 'complete') ready();
  });
  if (document.readyState === 'complete') ready();
  else document.addEventListener('readystatechange', function () { if (document.readyState === 'complete') ready(); });
}

start();
