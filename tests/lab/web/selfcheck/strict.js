// The column STRICT, as an app pixel sees it.
var AVAILABLE = [
  "fetch",
  "XMLHttpRequest",
  "Request",
  "Response",
  "Headers",
  "AbortController",
  "URL",
  "URLSearchParams",
  "Blob",
  "TextEncoder",
  "TextDecoder",
  "atob",
  "btoa",
  "BigInt",
  "Proxy",
  "Promise",
  "setTimeout",
  "setInterval",
  "queueMicrotask",
  "structuredClone",
  "performance",
  "Intl",
  "Event",
  "ErrorEvent",
  "eval",
  "Function",
  "addEventListener",
  "postMessage",
  "location",
  "origin",
  "importScripts",
];
// biome-ignore lint/complexity/noArguments: how many the callback is given is what is looked at
var given = arguments.length;

function typeNamed(name) {
  // biome-ignore lint/security/noGlobalEval: what was taken away must not come back by it
  // biome-ignore lint/complexity/noCommaOperator: called so, eval sees the global scope alone
  return (0, eval)(`typeof ${name}`);
}
// Which of the names are there. They are given back, so that a failure shows them.
function present(names) {
  return names.filter((name) => typeNamed(name) !== "undefined");
}

// Every member of navigator that has a value, whoever owns it.
function navigatorMembers() {
  var names = [];
  for (let owner = navigator; owner !== Object.prototype; owner = Object.getPrototypeOf(owner))
    names = names.concat(Object.getOwnPropertyNames(owner));
  return names.filter((name) => name !== "constructor" && navigator[name] !== undefined);
}

var agentData = chromium ? ["userAgentData"] : [];
var checks = [
  ["self.origin", shop.origin, () => self.origin],
  ["location.origin", shop.origin, () => location.origin],
  [
    "the worker is a classic one, at its address",
    true,
    () =>
      /^\/web-pixels@[^/]+\/app\/web-pixel-selfcheck@1\/sandbox\/worker\.modern\.js$/.test(
        location.pathname,
      ),
  ],
  ["typeof WebAssembly", "undefined", () => typeof WebAssembly],
  ["typeof WebAssembly, indirect eval", "undefined", () => typeNamed("WebAssembly")],
  [
    "typeof WebAssembly, new Function",
    "undefined",
    () => new Function("return typeof WebAssembly")(),
  ],
  [
    "WebAssembly stays writable and configurable",
    [true, true],
    () => {
      var found = Object.getOwnPropertyDescriptor(self, "WebAssembly");
      return [found.writable, found.configurable];
    },
  ],
  [
    "it is undefined on the prototypes above, too",
    [true, undefined],
    () => ["WebAssembly" in Object.prototype, Object.prototype.WebAssembly],
  ],
  ["every name of the list is taken away", [], () => present(REMOVED)],
  [
    "what is not on the list stays",
    [],
    () => AVAILABLE.filter((name) => typeNamed(name) === "undefined"),
  ],
  [
    "crypto",
    ["function", "function"],
    () => [typeof crypto.getRandomValues, typeof crypto.randomUUID],
  ],
  ["URL.createObjectURL", "undefined", () => typeof URL.createObjectURL],
  ["navigator.userAgent", "undefined", () => typeof navigator.userAgent],
  ["navigator.globalPrivacyControl", "undefined", () => typeof navigator.globalPrivacyControl],
  ["navigator keeps userAgentData only", agentData, navigatorMembers],
  [
    "no document, no storage of its own, no images",
    [],
    () =>
      present([
        "window",
        "document",
        "localStorage",
        "sessionStorage",
        "cookieStore",
        "Image",
        "SharedArrayBuffer",
      ]),
  ],
  ["native sendBeacon", "undefined", () => typeof navigator.sendBeacon],
].concat(checksOfBoth({ origin: shop.origin, referer: byShop }), [
  [
    "importScripts of another host",
    42,
    () => {
      importScripts(echo("script.js"));
      return self.labScript;
    },
  ],
  // The reference has no Referer here; Chromium 156 sends the shop's from a worker that has an
  // address (measured).
  ["importScripts: no Origin", [["GET", null, byShop]], () => heads("script.js")],
  [
    "browser.sendBeacon is text/plain",
    ["text/plain"],
    () => came("lent").then((all) => all.map((one) => one.content_type)),
  ],
  ["browser.sendBeacon to the shop", false, () => browser.sendBeacon(`${shop.origin}/x`, "")],
  [
    "api has these members",
    ["_pixelInfo", "analytics", "browser", "customerPrivacy", "init", "settings"],
    () => Object.keys(api).sort(),
  ],
  ["the callback gets api and nothing else", [1, true], () => [given, this === api]],
  ["api.settings are as the app set them", { lab: "as set" }, () => api.settings],
  ["_pixelInfo", "STRICT", () => api._pixelInfo.runtimeContext],
  ["browser.localStorage", "kept", () => browser.localStorage.getItem("lab.before")],
  ["browser.* is asynchronous", "object", () => typeof browser.cookie.get().then(() => {})],
]);

run(checks).then((report) => {
  self.postMessage({ lab: "selfcheck", sandbox: "strict", report: report });
});
