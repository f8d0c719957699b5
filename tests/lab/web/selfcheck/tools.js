// For the replica's own table (docs/facts/shopify.md#assertions-of-the-replica), asserted from inside each sandbox as a
// pixel's code would see it. Every check is [name, wanted, work]; work may be asynchronous; a throw is its error's
// name.
var collector = '__TIKTOK__';
var echoId = crypto.randomUUID();
var shop = init.context.document.location;
// That table is Chromium's. Where WebKit or Firefox differs, what stands in the checks was measured (WebKitGTK 2.50,
// Firefox 153): they name the shop's origin where Chromium names nothing.
var agent = init.context.navigator.userAgent;
var chromium = /Chrom/.test(agent), gecko = /Firefox\//.test(agent), webkit = /AppleWebKit\//.test(agent) && !chromium;
var byShop = shop.origin + '/';
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

// One after the other, since some look at what earlier ones did.
function run(checks) {
  var report = [];
  return checks.reduce(function (before, check) {
    return before.then(check[2]).catch(function (error) { return 'threw ' + error.name + ': ' + error.message; }).then(function (got) {
      report.push({ name: check[0], ok: JSON.stringify(got) === JSON.stringify(check[1]), wanted: check[1], got: got });
    });
  }, Promise.resolve()).then(function () { return report; });
}
