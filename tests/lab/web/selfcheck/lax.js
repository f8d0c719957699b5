// The column LAX, as pasted code sees it.
function loaded(tag, attribute, url) {
  return new Promise(function (resolve) {
    var node = document.createElement(tag);
    node.onload = function () { resolve('loaded'); };
    node.onerror = function () { resolve('error'); };
    node[attribute] = url;
    document.head.appendChild(node);
  });
}
var before = self.labBefore;
var byImage = chromium ? null : byShop;
var checks = checksOfBoth({ origin: 'null', referer: webkit ? byShop : null }).concat([
  ['before initialize: self.origin', 'null', function () { return before.origin; }],
  ['before initialize: document.cookie', 'SecurityError', function () { return before.cookie; }],
  ['before initialize: localStorage', 'SecurityError', function () { return before.localStorage; }],
  ['before initialize: sessionStorage', 'SecurityError', function () { return before.sessionStorage; }],
  ['before initialize: caches', gecko ? 'no error' : 'SecurityError', function () { return before.caches; }],
  ['before initialize: parent.location', 'SecurityError', function () { return before.parentLocation; }],
  ['document.hasFocus()', false, function () { return before.hasFocus; }],
  ['typeof WebAssembly', 'object', function () { return typeof WebAssembly; }],
  ['WebAssembly inline', 'object', function () {
    return WebAssembly.instantiate(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(function (made) { return typeof made.instance; });
  }],
  ['WebAssembly.instantiateStreaming', 'object', function () {
    return WebAssembly.instantiateStreaming(fetch(echo('empty.wasm'))).then(function (made) { return typeof made.instance; });
  }],
  ['importScripts', 'undefined', function () { return typeof importScripts; }],
  ['script src', 'loaded', function () { return loaded('script', 'src', echo('script.js')); }],
  // docs/facts/shopify.md#origin-and-referer: Chromium 156 sends no Referer for a script element of an opaque origin
  // (measured).
  ['script src: no Origin', [['GET', null]], function () {
    return heads('script.js').then(function (all) { return all.map(function (one) { return one.slice(0, 2); }); });
  }],
  ['image', 'loaded', function () { return loaded('img', 'src', echo('image.gif')); }],
  ['image: no Origin, no Referer', [['GET', null, byImage]], function () { return heads('image.gif'); }],
  ['native sendBeacon', true, function () { return navigator.sendBeacon(echo('beacon'), 'x'); }],
  ['native sendBeacon: Origin null, no Referer', [['POST', webkit ? shop.origin : 'null', byImage]], function () {
    return eventually(function () { return came('beacon').then(function (all) { return all.length; }); }, 1).then(function () { return heads('beacon'); });
  }],
  ['location.search has the page\'s query', '?ttclid=E.C.P.lab', function () { return location.search; }],
  ['location.pathname', true, function () { return /^\/web-pixels@[^/]+\/custom\/web-pixel-selfcheck@1\/sandbox\/modern\/lab\/selfcheck$/.test(location.pathname); }],
  ['location.hash is not appended', '', function () { return location.hash; }],
  ['navigator.userAgent', 'string', function () { return typeof navigator.userAgent; }],
  ['after initialize: self.origin', shop.origin, function () { return self.origin; }],
  ['after initialize: document.title', 'Selfcheck', function () { return document.title; }],
  ['after initialize: document.referrer', init.context.document.referrer, function () { return document.referrer; }],
  ['document.cookie is the page\'s, as it was', true, function () { return document.cookie.indexOf('lab_before=1') >= 0; }],
  ['document.cookie is decoded', true, function () { return document.cookie.indexOf('lab_coded=a b') >= 0; }],
  ['document.cookie = is seen at once', true, function () { document.cookie = 'lab_set=2; path=/'; return document.cookie.indexOf('lab_set=2') >= 0; }],
  ['document.cookie = arrives in the page\'s jar', '2', function () { return eventually(function () { return browser.cookie.get('lab_set'); }, '2'); }],
  ['document.cookie with a restricted domain is ignored', '', function () {
    document.cookie = 'lab_wide=1; domain=myshopify.com; path=/';
    return browser.cookie.get('lab_wide');
  }],
  ['localStorage is a snapshot', 'kept', function () { return localStorage.getItem('lab.before'); }],
  ['localStorage reads an empty string as null', null, function () { return localStorage.getItem('lab.empty'); }],
  ['localStorage.length is a number', 'number', function () { return typeof localStorage.length; }],
  ['localStorage writes arrive by RPC', 'x', function () {
    localStorage.setItem('lab.written', 'x');
    return eventually(function () { return browser.localStorage.getItem('lab.written'); }, 'x');
  }],
  ['history.replaceState of the query', 'no throw', function () { return thrown(function () { history.replaceState(null, '', location.pathname + '?cleaned'); }); }],
  ['history.replaceState of the path', webkit ? 'SecurityError' : 'no throw', function () { return thrown(function () { history.replaceState(null, '', '/cleaned'); }); }],
  ['api.settings is empty', '{}', function () { return JSON.stringify(api.settings); }],
]);

run(checks).then(function (report) { parent.postMessage({ lab: 'selfcheck', sandbox: 'lax', report: report }, '*'); });
