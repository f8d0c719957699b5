// The strict sandbox: a classic worker of the shop's origin from which much is taken before the
// pixel's file is loaded (docs/facts/shopify.md#the-worker, docs/facts/shopify.md#removed-globals
// and docs/facts/shopify.md#messages). No handshake: what the page posts waits until this script
// has run.

// On the object that owns the name, and on the prototypes above it: that leaves undefined names on
// Object.prototype too.
function takeAway(object, name) {
  var owner = object;
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner);
  for (; owner !== null; owner = Object.getPrototypeOf(owner)) {
    Object.defineProperty(owner, name, { value: undefined, writable: true, configurable: true });
  }
}

function takeAwayGlobals() {
  var members = [];
  for (var name in navigator) members.push(name);
  members
    .filter((name) => name !== "userAgentData")
    .forEach((name) => {
      takeAway(navigator, name);
    });
  REMOVED.forEach((name) => {
    takeAway(self, name);
  });
  takeAway(URL, "createObjectURL");
}

// In the frame the page's own sendBeacon is lent; here a fetch stands in for it. When it answers,
// and what, is a guess.
function sendBeacon(url, body) {
  return Promise.resolve()
    .then(() =>
      fetch(url, {
        method: "POST",
        keepalive: true,
        body: new Blob([body === undefined ? "" : body], { type: "text/plain" }),
      }),
    )
    .then(
      () => true,
      () => false,
    );
}

function initialize(given) {
  return initializeOnce(given, function lend() {
    given.webPixelApi.browser.sendBeacon = sendBeacon;
  });
}

function start() {
  var post = self.postMessage.bind(self);
  if (lab.debug) forwardConsole(post);
  takeAwayGlobals();
  installGuard(lab);
  if (lab.debug) forwardRequests(post);
  freezeGlobals();
  var rpc = createRpc(post, { initialize: initialize });
  self.addEventListener("message", (event) => {
    rpc.receive(event.data);
  });
  self.shopify = { extend: extend };
  importScripts(lab.pixel);
}

start();
