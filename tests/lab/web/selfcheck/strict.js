// The column STRICT, as an app pixel sees it.
var AVAILABLE = ['fetch', 'XMLHttpRequest', 'Request', 'Response', 'Headers', 'AbortController', 'URL', 'URLSearchParams', 'Blob',
  'TextEncoder', 'TextDecoder', 'atob', 'btoa', 'BigInt', 'Proxy', 'Promise', 'setTimeout', 'setInterval', 'queueMicrotask',
  'structuredClone', 'performance', 'Intl', 'Event', 'ErrorEvent', 'eval', 'Function', 'addEventListener', 'postMessage', 'location',
  'origin', 'importScripts'];
// The callback's own, taken before anything else is called.
var given = arguments.length, receiver = this;

function typeNamed(name) { return (0, eval)('typeof ' + name); }
// As it was found, by name: an empty list is the wanted answer.
function present(names) { return names.filter(function (name) { return typeNamed(name) !== 'undefined'; }); }

// Every member of navigator that has a value, whoever owns it.
function navigatorMembers() {
  var names = [];
  for (var owner = navigator; owner !== Object.prototype; owner = Object.getPrototypeOf(owner)) names = names.concat(Object.getOwnPropertyNames(owner));
  return names.filter(function (name) { return name !== 'constructor' && navigator[name] !== undefined; });
}

var agentData = chromium ? ['userAgentData'] : [];
var checks = [
  ['self.origin', shop.origin, function () { return self.origin; }],
  ['location.origin', shop.origin, function () { return location.origin; }],
  ['the worker is a classic one, at its address', true, function () {
    return /^\/web-pixels@[^/]+\/app\/web-pixel-selfcheck@1\/sandbox\/worker\.modern\.js$/.test(location.pathname);
  }],
  ['typeof WebAssembly', 'undefined', function () { return typeof WebAssembly; }],
  ['typeof WebAssembly, indirect eval', 'undefined', function () { return (0, eval)('typeof WebAssembly'); }],
  ['typeof WebAssembly, new Function', 'undefined', function () { return new Function('return typeof WebAssembly')(); }],
  ['WebAssembly stays writable and configurable', [true, true], function () {
    var found = Object.getOwnPropertyDescriptor(self, 'WebAssembly');
    return [found.writable, found.configurable];
  }],
  ['it is undefined on the prototypes above, too', [true, undefined], function () { return ['WebAssembly' in Object.prototype, Object.prototype.WebAssembly]; }],
  ['every name of the list is taken away', [], function () { return present(REMOVED); }],
  ['what is not on the list stays', [], function () { return AVAILABLE.filter(function (name) { return typeNamed(name) === 'undefined'; }); }],
  ['crypto', ['function', 'function'], function () { return [typeof crypto.getRandomValues, typeof crypto.randomUUID]; }],
  ['URL.createObjectURL', 'undefined', function () { return typeof URL.createObjectURL; }],
  ['navigator.userAgent', 'undefined', function () { return typeof navigator.userAgent; }],
  ['navigator.globalPrivacyControl', 'undefined', function () { return typeof navigator.globalPrivacyControl; }],
  ['navigator keeps userAgentData only', agentData, navigatorMembers],
  ['no document, no storage of its own, no images', [], function () {
    return present(['window', 'document', 'localStorage', 'sessionStorage', 'cookieStore', 'Image', 'SharedArrayBuffer']);
  }],
  ['native sendBeacon', 'undefined', function () { return typeof navigator.sendBeacon; }],
].concat(checksOfBoth({ origin: shop.origin, referer: byShop }), [
  ['importScripts of another host', 42, function () { importScripts(echo('script.js')); return self.labScript; }],
  // docs/facts/shopify.md#origin-and-referer: Chromium 156 sends the shop as Referer from a worker that has an address
  // (measured).
  ['importScripts: no Origin', [['GET', null, byShop]], function () { return heads('script.js'); }],
  ['browser.sendBeacon is text/plain', ['text/plain'], function () {
    return came('lent').then(function (all) { return all.map(function (one) { return one.content_type; }); });
  }],
  ['browser.sendBeacon to the shop', false, function () { return browser.sendBeacon(shop.origin + '/x', ''); }],
  ['api has these members', ['_pixelInfo', 'analytics', 'browser', 'customerPrivacy', 'init', 'settings'], function () { return Object.keys(api).sort(); }],
  ['the callback gets api and nothing else', [1, true], function () { return [given, receiver === api]; }],
  ['api.settings are as the app set them', { lab: 'as set' }, function () { return api.settings; }],
  ['_pixelInfo', 'STRICT', function () { return api._pixelInfo.runtimeContext; }],
  ['browser.localStorage', 'kept', function () { return browser.localStorage.getItem('lab.before'); }],
  ['browser.* is asynchronous', 'object', function () { return typeof browser.cookie.get().then(function () {}); }],
]);

run(checks).then(function (report) { self.postMessage({ lab: 'selfcheck', sandbox: 'strict', report: report }); });
