// The column LAX, as pasted code sees it.
function loaded(tag, attribute, url) {
  return new Promise((resolve) => {
    var node = document.createElement(tag);
    node.onload = () => {
      resolve("loaded");
    };
    node.onerror = () => {
      resolve("error");
    };
    node[attribute] = url;
    document.head.appendChild(node);
  });
}
var before = self.labBefore;
var byImage = chromium ? null : byShop;
var checks = checksOfBoth({ origin: "null", referer: webkit ? byShop : null }).concat([
  ["before initialize: self.origin", "null", () => before.origin],
  ["before initialize: document.cookie", "SecurityError", () => before.cookie],
  ["before initialize: localStorage", "SecurityError", () => before.localStorage],
  ["before initialize: sessionStorage", "SecurityError", () => before.sessionStorage],
  ["before initialize: caches", gecko ? "no error" : "SecurityError", () => before.caches],
  ["before initialize: parent.location", "SecurityError", () => before.parentLocation],
  ["document.hasFocus()", false, () => before.hasFocus],
  ["typeof WebAssembly", "object", () => typeof WebAssembly],
  [
    "WebAssembly inline",
    "object",
    () =>
      WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(
        (made) => typeof made.instance,
      ),
  ],
  [
    "WebAssembly.instantiateStreaming",
    "object",
    () =>
      WebAssembly.instantiateStreaming(fetch(echo("empty.wasm"))).then(
        (made) => typeof made.instance,
      ),
  ],
  ["importScripts", "undefined", () => typeof importScripts],
  ["script src", "loaded", () => loaded("script", "src", echo("script.js"))],
  // The reference has Referer = the shop here; Chromium 156 sends none for a script element of an
  // opaque origin (measured).
  [
    "script src: no Origin",
    [["GET", null]],
    () => heads("script.js").then((all) => all.map((one) => one.slice(0, 2))),
  ],
  ["image", "loaded", () => loaded("img", "src", echo("image.gif"))],
  ["image: no Origin, no Referer", [["GET", null, byImage]], () => heads("image.gif")],
  ["native sendBeacon", true, () => navigator.sendBeacon(echo("beacon"), "x")],
  [
    "native sendBeacon: Origin null, no Referer",
    [["POST", webkit ? shop.origin : "null", byImage]],
    () => eventually(() => came("beacon").then((all) => all.length), 1).then(() => heads("beacon")),
  ],
  ["location.search has the page's query", "?ttclid=E.C.P.lab", () => location.search],
  [
    "location.pathname",
    true,
    () =>
      /^\/web-pixels@[^/]+\/custom\/web-pixel-selfcheck@1\/sandbox\/modern\/lab\/selfcheck$/.test(
        location.pathname,
      ),
  ],
  ["location.hash is not appended", "", () => location.hash],
  ["navigator.userAgent", "string", () => typeof navigator.userAgent],
  ["after initialize: self.origin", shop.origin, () => self.origin],
  ["after initialize: document.title", "Selfcheck", () => document.title],
  ["after initialize: document.referrer", init.context.document.referrer, () => document.referrer],
  [
    "document.cookie is the page's, as it was",
    true,
    () => document.cookie.indexOf("lab_before=1") >= 0,
  ],
  ["document.cookie is decoded", true, () => document.cookie.indexOf("lab_coded=a b") >= 0],
  [
    "document.cookie = is seen at once",
    true,
    () => {
      document.cookie = "lab_set=2; path=/";
      return document.cookie.indexOf("lab_set=2") >= 0;
    },
  ],
  [
    "document.cookie = arrives in the page's jar",
    "2",
    () => eventually(() => browser.cookie.get("lab_set"), "2"),
  ],
  [
    "document.cookie with a restricted domain is ignored",
    "",
    () => {
      document.cookie = "lab_wide=1; domain=myshopify.com; path=/";
      return browser.cookie.get("lab_wide");
    },
  ],
  ["localStorage is a snapshot", "kept", () => localStorage.getItem("lab.before")],
  ["localStorage reads an empty string as null", null, () => localStorage.getItem("lab.empty")],
  ["localStorage.length is a number", "number", () => typeof localStorage.length],
  [
    "localStorage writes arrive by RPC",
    "x",
    () => {
      localStorage.setItem("lab.written", "x");
      return eventually(() => browser.localStorage.getItem("lab.written"), "x");
    },
  ],
  [
    "history.replaceState of the query",
    "no throw",
    () =>
      thrown(() => {
        history.replaceState(null, "", `${location.pathname}?cleaned`);
      }),
  ],
  [
    "history.replaceState of the path",
    webkit ? "SecurityError" : "no throw",
    () =>
      thrown(() => {
        history.replaceState(null, "", "/cleaned");
      }),
  ],
  ["api.settings is empty", "{}", () => JSON.stringify(api.settings)],
]);

run(checks).then((report) => {
  parent.postMessage({ lab: "selfcheck", sandbox: "lax", report: report }, "*");
});
