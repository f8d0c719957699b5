// The replica's own table (reference, section 9, column LAX), asserted from inside the frame as pasted code would see it.
// Every check is [name, wanted, work]; work may be asynchronous; a throw is its error's name.
var collector = '__TIKTOK__';
var echoId = crypto.randomUUID();
var shop = init.context.document.location;
function echo(what) { return collector + '/lab/echo/' + echoId + '/' + what; }
function came(what) {
  return fetch(collector + '/lab/echoed/' + echoId).then(function (reply) { return reply.json(); }).then(function (all) {
    return all.filter(function (one) { return one.what === what; });
  });
}
// Throws synchronously, or says that it did not: a rejected promise is not a throw.
function thrown(work) {
  try { var result = work(); if (result && result.catch) result.catch(function () {}); return 'no throw'; } catch (error) { return error.name; }
}
function loaded(tag, attribute, url) {
  return new Promise(function (resolve) {
    var node = document.createElement(tag);
    node.onload = function () { resolve('loaded'); };
    node.onerror = function () { resolve('error'); };
    node[attribute] = url;
    document.head.appendChild(node);
  });
}
// Asks until it is so; the other side works in its own time.
function eventually(work, wanted) {
  var deadline = Date.now() + 5000;
  function again(got) {
    if (JSON.stringify(got) === JSON.stringify(wanted) || Date.now() > deadline) return got;
    return new Promise(function (resolve) { setTimeout(resolve, 20); }).then(work).then(again);
  }
  return Promise.resolve().then(work).then(again);
}
function heads(what) {
  return came(what).then(function (all) { return all.map(function (one) { return [one.method, one.origin, one.referer]; }); });
}
var before = self.labBefore;
var plainHttp = location.protocol === 'http:';
// The reference's table is Chromium's. Where WebKit or Firefox differs, what stands here was measured (WebKitGTK 2.50, Firefox
// 153): they name the shop's origin where Chromium names nothing.
var gecko = /Firefox\//.test(navigator.userAgent);
var webkit = /AppleWebKit\//.test(navigator.userAgent) && !/Chrom/.test(navigator.userAgent);
var byShop = shop.origin + '/';
var byFetch = webkit ? byShop : null, byImage = webkit || gecko ? byShop : null, byBeacon = byImage;
var checks = [
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
  ['DecompressionStream deflate-raw', 'object', function () { return typeof new DecompressionStream('deflate-raw'); }],
  ['isSecureContext', true, function () { return isSecureContext; }],
  ['crypto.subtle', 'object', function () { return typeof crypto.subtle; }],
  ['importScripts', 'undefined', function () { return typeof importScripts; }],
  ['SharedArrayBuffer', 'undefined', function () { return typeof SharedArrayBuffer; }],
  ['fetch text/plain: Origin null, no Referer, no preflight', [['POST', 'null', byFetch]], function () {
    return fetch(echo('text'), { method: 'POST', body: 'x', keepalive: true, headers: { 'Content-Type': 'text/plain' } }).then(function () { return heads('text'); });
  }],
  ['fetch application/json: preflight with Origin null', [['OPTIONS', 'null', byFetch], ['POST', 'null', byFetch]], function () {
    return fetch(echo('json'), { method: 'POST', body: '{}', headers: { 'Content-Type': 'application/json' } }).then(function () { return heads('json'); });
  }],
  ['fetch to the shop, absolute', 'RestrictedUrlError', function () { return thrown(function () { return fetch(shop.origin + '/cart.js'); }); }],
  ['fetch to the shop, relative', 'RestrictedUrlError', function () { return thrown(function () { return fetch('/cart/update.js'); }); }],
  ['fetch to the shop, in a Request', 'RestrictedUrlError', function () { return thrown(function () { return fetch(new Request(shop.origin + '/')); }); }],
  ['fetch to the shop, upper case', 'RestrictedUrlError', function () { return thrown(function () { return fetch(shop.protocol + '//' + shop.host.toUpperCase() + '/'); }); }],
  // (A host that merely begins like the shop's is blocked too, but the lab's has a port, after which nothing can follow.)
  ['fetch with @shop in the path', 'RestrictedUrlError', function () { return thrown(function () { return fetch(echo('@' + shop.host)); }); }],
  ['fetch with @shop in the query', 'RestrictedUrlError', function () { return thrown(function () { return fetch(echo('q') + '?email=info@' + shop.host); }); }],
  ['fetch to a sub-domain of the shop', 'no throw', function () { return thrown(function () { return fetch('https://track.' + shop.host + '/'); }); }],
  ['fetch to the shop\'s Storefront API', 'no throw', function () { return thrown(function () { return fetch(shop.origin.replace('http:', 'https:') + '/api/2026-10/graphql.json'); }); }],
  ['fetch over http', 'InsecureUrlError', function () { return thrown(function () { return fetch('http://example.invalid/'); }); }],
  ['fetch over http to localhost', 'InsecureUrlError', function () { return thrown(function () { return fetch('http://localhost/'); }); }],
  ['fetch over http to *.localhost (plain mode only)', plainHttp ? 'no throw' : 'InsecureUrlError', function () { return thrown(function () { return fetch('http://nobody.localhost:1/'); }); }],
  ['XMLHttpRequest to the shop', 'RestrictedUrlError', function () { return thrown(function () { new XMLHttpRequest().open('GET', shop.origin + '/'); }); }],
  ['XMLHttpRequest, relative', 'TypeError', function () { return thrown(function () { new XMLHttpRequest().open('GET', '/'); }); }],
  ['String, Request, URL, RegExp are frozen', [true, true, true, true], function () {
    return [String, Request, URL, RegExp].map(function (one) { return Object.isFrozen(one.prototype); });
  }],
  ['URL cannot be replaced', 'TypeError', function () { return thrown(function () { Object.defineProperty(self, 'URL', { value: null }); }); }],
  ['addEventListener still works', 'heard', function () {
    return new Promise(function (resolve) { self.addEventListener('labtest', function () { resolve('heard'); }); self.dispatchEvent(new Event('labtest')); });
  }],
  ['import() of another host', 42, function () { return import(echo('module.js')).then(function (module) { return module.answer; }); }],
  ['import(): Origin null, Referer the shop', [['GET', 'null', shop.origin + '/']], function () { return heads('module.js'); }],
  ['script src', 'loaded', function () { return loaded('script', 'src', echo('script.js')); }],
  // The reference has Referer = the shop here; Chromium 156 sends none for a script element of an opaque origin (measured).
  ['script src: no Origin', [['GET', null]], function () {
    return heads('script.js').then(function (all) { return all.map(function (one) { return one.slice(0, 2); }); });
  }],
  ['image', 'loaded', function () { return loaded('img', 'src', echo('image.gif')); }],
  ['image: no Origin, no Referer', [['GET', null, byImage]], function () { return heads('image.gif'); }],
  ['native sendBeacon', true, function () { return navigator.sendBeacon(echo('beacon'), 'x'); }],
  ['native sendBeacon: Origin null, no Referer', [['POST', webkit ? shop.origin : 'null', byBeacon]], function () {
    return eventually(function () { return came('beacon').then(function (all) { return all.length; }); }, 1).then(function () { return heads('beacon'); });
  }],
  ['browser.sendBeacon', true, function () { return browser.sendBeacon(echo('lent'), 'x'); }],
  ['browser.sendBeacon comes from the shop', [['POST', shop.origin, shop.origin + '/']], function () {
    var wanted = [['POST', shop.origin, shop.origin + '/']];
    return eventually(function () { return heads('lent'); }, wanted);
  }],
  ['location.search has the page\'s query', '?ttclid=E.C.P.lab', function () { return location.search; }],
  ['location.pathname', true, function () { return /^\/web-pixels@[^/]+\/custom\/web-pixel-selfcheck@1\/sandbox\/modern\/lab\/selfcheck$/.test(location.pathname); }],
  ['location.hash is not appended', '', function () { return location.hash; }],
  ['navigator.userAgent', 'string', function () { return typeof navigator.userAgent; }],
  // Chromium's alone, and only in a secure context.
  ['navigator.userAgentData', /Chrom/.test(navigator.userAgent) ? 'object' : 'undefined', function () { return typeof navigator.userAgentData; }],
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
  ['browser.cookie.get() is the whole string', true, function () { return browser.cookie.get().then(function (all) { return all.indexOf('lab_before=1') >= 0; }); }],
  ['browser.cookie.get(name) is cut at the second =', 'a', function () {
    return browser.cookie.set('lab_cut=a=b; path=/').then(function () { return browser.cookie.get('lab_cut'); });
  }],
  ['browser.cookie.get of nothing', '', function () { return browser.cookie.get('lab_nothing'); }],
  ['browser.cookie.set(name, value) answers the jar', true, function () {
    return browser.cookie.set('lab_bare', '1').then(function (all) { return all.indexOf('lab_bare=1') >= 0; });
  }],
  ['localStorage is a snapshot', 'kept', function () { return localStorage.getItem('lab.before'); }],
  ['localStorage reads an empty string as null', null, function () { return localStorage.getItem('lab.empty'); }],
  ['browser.localStorage reads an empty string as it is', '', function () { return browser.localStorage.getItem('lab.empty'); }],
  ['localStorage.length is a number', 'number', function () { return typeof localStorage.length; }],
  ['localStorage writes arrive by RPC', 'x', function () {
    localStorage.setItem('lab.written', 'x');
    return eventually(function () { return browser.localStorage.getItem('lab.written'); }, 'x');
  }],
  ['browser.localStorage.length() is a function', 'number', function () { return browser.localStorage.length().then(function (length) { return typeof length; }); }],
  ['browser.sessionStorage', 'y', function () {
    return browser.sessionStorage.setItem('lab.session', 'y').then(function () { return browser.sessionStorage.getItem('lab.session'); });
  }],
  ['subscribe answers later, with an unsubscribe function', ['object', 'function'], function () {
    var answer = analytics.subscribe('page_viewed', function () {});
    return answer.then(function (stop) { return [typeof answer, typeof stop]; });
  }],
  ['events of before are replayed, in order, with their ids', ['page_viewed', 'lab_first', 'lab_second'], function () {
    var seen = [];
    return analytics.subscribe('all_events', function (event) { seen.push(event.name); }).then(function () {
      return eventually(function () { return seen.slice(0, 3); }, ['page_viewed', 'lab_first', 'lab_second']);
    });
  }],
  ['two subscribers get one id', true, function () {
    var first, second;
    return Promise.all([
      analytics.subscribe('page_viewed', function (event) { first = event.id; }),
      analytics.subscribe('all_standard_events', function (event) { second = second || event.id; }),
    ]).then(function () { return eventually(function () { return Boolean(first && first === second && /^sh-/.test(first)); }, true); });
  }],
  ['custom events have customData and no data', [true, false], function () {
    return new Promise(function (resolve) {
      analytics.subscribe('lab_first', function (event) { resolve(['customData' in event, 'data' in event]); });
    });
  }],
  ['customerPrivacy.subscribe takes one name only', 'Error', function () {
    return api.customerPrivacy.subscribe('analyticsConsentAccepted', function () {}).then(function () { return 'accepted'; }, function (error) { return error.name; });
  }],
  ['a consent given before is replayed', true, function () {
    return new Promise(function (resolve) {
      api.customerPrivacy.subscribe('visitorConsentCollected', function (event) { resolve(event.customerPrivacy.marketingAllowed); });
    });
  }],
  ['init is there at once', ['object', 'object', 'boolean'], function () {
    return [typeof init.context, typeof init.data.shop, typeof init.customerPrivacy.marketingAllowed];
  }],
  ['history.replaceState of the query', 'no throw', function () { return thrown(function () { history.replaceState(null, '', location.pathname + '?cleaned'); }); }],
  ['history.replaceState of the path', webkit ? 'SecurityError' : 'no throw', function () { return thrown(function () { history.replaceState(null, '', '/cleaned'); }); }],
  ['api.settings is empty', '{}', function () { return JSON.stringify(api.settings); }],
  ['a wrong extension point', 'Error', function () { return thrown(function () { shopify.extend('WebPixel::Other', function () {}); }); }],
];

var report = [];
var chain = Promise.resolve();
checks.forEach(function (check) {
  chain = chain.then(check[2]).catch(function (error) { return 'threw ' + error.name + ': ' + error.message; }).then(function (got) {
    report.push({ name: check[0], ok: JSON.stringify(got) === JSON.stringify(check[1]), wanted: check[1], got: got });
  });
});
chain.then(function () { parent.postMessage({ lab: 'selfcheck', report: report }, '*'); });
