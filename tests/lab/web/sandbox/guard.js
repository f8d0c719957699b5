// What both sandboxes do to a pixel's network and globals at script start (docs/facts/shopify.md#the-guard and
// docs/facts/shopify.md#what-the-frame-changes). It throws at once, synchronously. `lab.plain` admits http to
// *.localhost and nothing else; the shop's own host stays closed.
function namedError(name, message) {
  var error = new Error(message);
  error.name = name;
  return error;
}

function installGuard(lab) {
  var own = location.host.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  var sameHost = new RegExp('^https' + (lab.plain ? '?' : '') + '://(.*@)?' + own, 'i');
  var graphql = /\/api\/.*graphql\.json/;
  var NativeRequest = Request, NativeURL = URL;

  function admitted(url) {
    return url.protocol === 'https:' || (lab.plain && url.protocol === 'http:' && /\.localhost$/.test(url.hostname));
  }

  function check(text) {
    var url = new NativeURL(text);
    if (!admitted(url)) throw namedError('InsecureUrlError', 'URL must be secure (HTTPS): ' + text);
    if (graphql.test(url.pathname)) return;
    if (sameHost.test(text)) throw namedError('RestrictedUrlError', 'Requests are not allowed to the same origin: ' + text);
  }

  var nativeFetch = self.fetch;
  self.fetch = function fetch(input, options) {
    check(input instanceof NativeRequest ? input.url : new NativeRequest(input).url);
    return nativeFetch.call(self, input, options);
  };

  var nativeOpen = XMLHttpRequest.prototype.open;
  XMLHttpRequest.prototype.open = function open(method, url) {
    check(new NativeURL(url).href);
    return nativeOpen.apply(this, arguments);
  };
}

// Known of the frame; inferred for the worker, where it is the stricter guess: a pixel that runs with these runs without.
function freezeGlobals() {
  ['String', 'Request', 'URL', 'RegExp'].forEach(function (name) {
    Object.freeze(self[name].prototype);
    Object.defineProperty(self, name, { value: self[name], writable: false, configurable: false });
  });
}
