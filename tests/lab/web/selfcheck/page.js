// The page of the replica's own check: sets the stage, loads the checking pixel, shows its report.
// For tests: `lab.selfcheckReport` = {ok, report: [{name, ok, wanted, got}]} when done.
function startSelfcheck() {
  if (location.search !== '?ttclid=E.C.P.lab' || location.hash !== '#part') {
    location.replace('/lab/selfcheck?ttclid=E.C.P.lab#part');
    return;
  }
  document.title = 'Selfcheck';
  writeCookie('lab_before', '1', 600);
  writeCookie('lab_coded', 'a%20b', 600);
  localStorage.setItem('lab.before', 'kept');
  localStorage.setItem('lab.empty', '');
  window.addEventListener('message', function (event) {
    if (!event.data || event.data.lab !== 'selfcheck') return;
    var report = event.data.report.concat(
      { name: 'postMessage origin seen by the page', ok: event.origin === 'null', wanted: 'null', got: event.origin },
      { name: 'sandbox attribute', ok: sandboxOf() === 'allow-scripts allow-forms', wanted: 'allow-scripts allow-forms', got: sandboxOf() });
    lab.selfcheckReport = { ok: report.every(function (check) { return check.ok; }), report: report };
    document.getElementById('shop').replaceChildren(el('main', {}, el('h1', {}, lab.selfcheckReport.ok ? 'The replica holds' : 'The replica is wrong'),
      el('pre', { id: 'report' }, JSON.stringify(lab.selfcheckReport, null, 1))));
  });
  var publish = startPixels();
  publish('page_viewed', {});
  Shopify.analytics.publish('lab_first', { a: 1 });
  Shopify.analytics.publish('lab_second', {});
  Shopify.customerPrivacy.setTrackingConsent({ analytics: true, marketing: true, preferences: true, sale_of_data: true });
}

function sandboxOf() { return document.querySelector('iframe').getAttribute('sandbox'); }
