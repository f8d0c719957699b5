// The frame's side of the handshake and its `initialize` (docs/facts/shopify.md#the-wrapper,
// docs/facts/shopify.md#what-the-frame-changes and docs/facts/shopify.md#messages).
self.webPixelsManager = { createShopifyExtend: () => ({ extend: extend }) };

function initialize(given) {
  return initializeOnce(given, function lend() {
    var browser = given.webPixelApi.browser;
    shimCookie(browser, given.cookie, given.cookieRestrictedDomains);
    shimStorage("localStorage", browser.localStorage, given.localStorageItems);
    shimStorage("sessionStorage", browser.sessionStorage, given.sessionStorageItems);
    shimPage(given);
    // A syntax error in the pasted code means there is no initWebPixel; Shopify's own catch is as
    // empty as this one.
    try {
      self.initWebPixel();
    } catch (silent) {
      /* the pixel is dead and nobody says so */
    }
  });
}

function wrapListeners() {
  var native = self.addEventListener;
  var warned = false;
  self.addEventListener = function addEventListener(...given) {
    if (!warned) console.warn("addEventListener has limited use inside a web pixel sandbox.");
    warned = true;
    return native.apply(self, given);
  };
  return native;
}

function post(message) {
  parent.postMessage(message, "*");
}

function start() {
  if (lab.gpc)
    Object.defineProperty(Navigator.prototype, "globalPrivacyControl", {
      configurable: true,
      get: () => true,
    });
  if (lab.debug) forwardConsole(post);
  installGuard(lab);
  if (lab.debug) forwardRequests(post);
  var listen = wrapListeners();
  freezeGlobals();
  var rpc = createRpc(post, { initialize: initialize });
  function ready() {
    post(READY);
  }
  listen.call(self, "message", (event) => {
    if (event.source !== parent) return;
    if (event.data !== READY) rpc.receive(event.data);
    else if (document.readyState === "complete") ready();
  });
  if (document.readyState === "complete") ready();
  else
    document.addEventListener("readystatechange", () => {
      if (document.readyState === "complete") ready();
    });
}

start();
