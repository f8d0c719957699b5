// What the bare frame is like, before Shopify's environment touches it.
(function () {
  function thrown(work) { try { work(); return 'no error'; } catch (error) { return error.name; } }
  self.labBefore = {
    origin: self.origin,
    cookie: thrown(function () { return document.cookie; }),
    localStorage: thrown(function () { return self.localStorage; }),
    sessionStorage: thrown(function () { return self.sessionStorage; }),
    caches: thrown(function () { return self.caches.keys; }),
    parentLocation: thrown(function () { return parent.location.href; }),
    hasFocus: document.hasFocus(),
  };
})();
