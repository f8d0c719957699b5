// What the bare frame is like, before Shopify's environment touches it.
(() => {
  function thrown(work) {
    try {
      work();
      return "no error";
    } catch (error) {
      return error.name;
    }
  }
  self.labBefore = {
    origin: self.origin,
    cookie: thrown(() => document.cookie),
    localStorage: thrown(() => self.localStorage),
    sessionStorage: thrown(() => self.sessionStorage),
    caches: thrown(() => self.caches.keys),
    parentLocation: thrown(() => parent.location.href),
    hasFocus: document.hasFocus(),
  };
})();
