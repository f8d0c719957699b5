// What holds in both sandboxes. `sender` is who a request says it comes from: {origin, referer}.
function checksOfBoth(sender) {
  var plainHttp = shop.protocol === 'http:';
  return [
    ['DecompressionStream deflate-raw', 'object', function () { return typeof new DecompressionStream('deflate-raw'); }],
    ['isSecureContext', true, function () { return isSecureContext; }],
    ['crypto.subtle', 'object', function () { return typeof crypto.subtle; }],
    ['SharedArrayBuffer', 'undefined', function () { return typeof SharedArrayBuffer; }],
    ['fetch text/plain: no preflight', [['POST', sender.origin, sender.referer]], function () {
      return fetch(echo('text'), { method: 'POST', body: 'x', keepalive: true, headers: { 'Content-Type': 'text/plain' } }).then(function () { return heads('text'); });
    }],
    ['fetch application/json: preflight', [['OPTIONS', sender.origin, sender.referer], ['POST', sender.origin, sender.referer]], function () {
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
    ['import(): Referer the shop', [['GET', sender.origin, byShop]], function () { return heads('module.js'); }],
    ['browser.sendBeacon', true, function () { return browser.sendBeacon(echo('lent'), 'x'); }],
    ['browser.sendBeacon comes from the shop', [['POST', shop.origin, byShop]], function () {
      var wanted = [['POST', shop.origin, byShop]];
      return eventually(function () { return heads('lent'); }, wanted);
    }],
    // Chromium's alone, and only in a secure context.
    ['navigator.userAgentData', chromium ? 'object' : 'undefined', function () { return typeof navigator.userAgentData; }],
    ['browser.cookie.get() is the whole string', true, function () { return browser.cookie.get().then(function (all) { return all.indexOf('lab_before=1') >= 0; }); }],
    ['browser.cookie.get(name) is cut at the second =', 'a', function () {
      return browser.cookie.set('lab_cut=a=b; path=/').then(function () { return browser.cookie.get('lab_cut'); });
    }],
    ['browser.cookie.get of nothing', '', function () { return browser.cookie.get('lab_nothing'); }],
    ['browser.cookie.set(name, value) answers the jar', true, function () {
      return browser.cookie.set('lab_bare', '1').then(function (all) { return all.indexOf('lab_bare=1') >= 0; });
    }],
    ['browser.localStorage reads an empty string as it is', '', function () { return browser.localStorage.getItem('lab.empty'); }],
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
    ['a wrong extension point', 'Error', function () { return thrown(function () { shopify.extend('WebPixel::Other', function () {}); }); }],
  ];
}
