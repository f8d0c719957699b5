// What the page lends the frame at `initialize` (docs/facts/shopify.md#what-the-frame-changes): snapshots that answer
// at once, writes by RPC.
function decoded(text) {
  try { return decodeURIComponent(text); } catch (malformed) { return text; }
}

function shimCookie(browser, snapshot, restrictedDomains) {
  var jar = parse(snapshot);

  function parse(text) {
    var pairs = text.split('; ').filter(Boolean).map(function (pair) {
      var at = pair.indexOf('=');
      return at < 0 ? ['', decoded(pair)] : [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
    });
    return new Map(pairs);
  }

  function refresh(text) { jar = parse(text); }

  Object.defineProperty(document, 'cookie', {
    configurable: true,
    get: function () {
      browser.cookie.get().then(refresh, function () {});
      return Array.from(jar).map(function (pair) { return pair[0] ? pair[0] + '=' + pair[1] : pair[1]; }).join('; ');
    },
    set: function (text) {
      var domain = /;\s*domain=\.?([^;]+)/i.exec(text);
      if (domain && restrictedDomains.indexOf(domain[1].trim().toLowerCase()) >= 0) return;
      var pair = String(text).split(';')[0];
      var at = pair.indexOf('=');
      jar.set(decoded(pair.slice(0, at).trim()), decoded(pair.slice(at + 1).trim()));
      browser.cookie.set(String(text)).then(refresh, function () {});
    },
  });
}

function shimStorage(name, remote, items) {
  var map = new Map(Object.entries(items));
  var quiet = function () {};
  Object.defineProperty(self, name, {
    configurable: true,
    value: {
      // An empty string reads as null: Shopify's own slip.
      getItem: function (key) { return map.get(String(key)) || null; },
      setItem: function (key, value) { map.set(String(key), String(value)); remote.setItem(String(key), String(value)).catch(quiet); },
      removeItem: function (key) { map.delete(String(key)); remote.removeItem(String(key)).catch(quiet); },
      clear: function () { map.clear(); remote.clear().catch(quiet); },
      key: function (index) { return Array.from(map.keys())[index] || null; },
      get length() { return map.size; },
    },
  });
}

function shimPage(page) {
  Object.defineProperty(self, 'origin', { configurable: true, value: page.origin });
  Object.defineProperty(document, 'referrer', { configurable: true, get: function () { return page.referrer; } });
  Object.defineProperty(document, 'title', { configurable: true, get: function () { return page.pageTitle; } });
}
