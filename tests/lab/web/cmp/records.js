// What each consent tool leaves on the device: keys, encodings and polarity of docs/facts/consent.md#records, key for
// key. `choice` is 'accept', 'decline' or null: nobody has answered yet. A visit is {now: Date, id: uuid of the device,
// count: which answer this is, eu, gpc}. Nothing is written here: a function gives the records.
function inCookie(key, value) { return { store: 'cookie', key: key, value: value }; }
function inStorage(key, value) { return { store: 'localStorage', key: key, value: value }; }
function base64Json(value) { return btoa(JSON.stringify(value)); }
function percentJson(value) { return encodeURIComponent(JSON.stringify(value)); }
function formText(text) { return encodeURIComponent(text).replace(/%20/g, '+'); }
function seconds(date) { return Math.floor(date.getTime() / 1000); }
function hexId(visit) { return visit.id.replace(/-/g, ''); }

var CMPS = {
  onetrust: { name: 'OneTrust', records: function (choice, visit) {
    // Before an answer the cookie holds the region's default, and OptanonAlertBoxClosed is not there.
    var yes = choice === 'accept' || (choice === null && !visit.eu) ? 1 : 0;
    var gpc = visit.gpc ? 1 : 0;
    var groups = 'C0001:1,C0002:' + yes + ',C0003:' + yes + ',C0004:' + yes;
    var optanon = inCookie('OptanonConsent', 'isGpcEnabled=' + gpc + '&datestamp=' + formText(visit.now.toString()) +
      '&version=202501.2.0&browserGpcFlag=' + gpc + '&isIABGlobal=false&hosts=&consentId=' + visit.id +
      '&interactionCount=' + visit.count + '&isAnonUser=1&landingPath=NotLandingPage&groups=' + encodeURIComponent(groups) +
      '&AwaitingReconsent=false' + (choice ? '&intType=' + (yes ? 1 : 2) : ''));
    return choice ? [optanon, inCookie('OptanonAlertBoxClosed', visit.now.toISOString())] : [optanon];
  } },

  cookiebot: { name: 'Cookiebot', records: function (choice, visit) {
    // Where a banner must ask there is no cookie before the answer; elsewhere an implied one.
    if (!choice && visit.eu) return [];
    var yes = choice !== 'decline';
    var stamp = choice ? btoa((hexId(visit) + hexId(visit)).slice(0, 43)) : '-1';
    var quoted = function (text) { return '%27' + text + '%27'; };
    return [inCookie('CookieConsent', '{' + ['stamp:' + quoted(stamp), 'necessary:true', 'preferences:' + yes, 'statistics:' + yes,
      'marketing:' + yes, 'method:' + quoted(choice ? 'explicit' : 'implied'), 'ver:1', 'utc:' + visit.now.getTime(),
      'region:' + quoted(visit.eu ? 'de' : 'us')].join('%2C') + '}')];
  } },

  usercentrics: { name: 'Usercentrics', records: function (choice, visit) {
    var yes = choice === 'accept';
    var word = yes ? 'granted' : 'denied';
    return [
      inStorage('ucData', JSON.stringify({
        gcm: { adsDataRedaction: !yes, adStorage: word, adPersonalization: word, adUserData: word, analyticsStorage: word },
        consent: { services: { HkocEodjb7: { name: 'Google Analytics', consent: yes }, aaaaaaaaaa: { name: 'TikTok Pixel', consent: yes } } },
        ui: { language: 'de' },
      })),
      inStorage('uc_user_interaction', choice ? 'true' : 'false'),
    ];
  } },

  didomi: { name: 'Didomi', records: function (choice, visit) {
    var at = visit.now.toISOString();
    var who = { user_id: visit.id, created: at, updated: at };
    if (!choice) return [inCookie('didomi_token', base64Json(Object.assign(who, { version: null })))];
    var vendors = ['google', 'c:hotjar', 'c:tiktok-KZAUQLZ9', 'c:meta-TgNH2P3N'];
    var purposes = ['geolocation_data', 'device_characteristics'];
    var token = choice === 'accept'
      ? { vendors: { enabled: vendors }, purposes: { enabled: purposes }, version: 2, ac: 'AFmACAFk.AAAA' }
      : { version: 2, purposes: { disabled: purposes }, vendors: { disabled: vendors }, ac: 'AAAA.AAAA' };
    return [inCookie('didomi_token', base64Json(Object.assign(who, token))),
      inCookie('euconsent-v2', tcString(choice === 'accept', visit.now, 7))];
  } },

  consentmo: { name: 'Consentmo', records: function (choice, visit) {
    if (!choice) return visit.eu ? [] : [inCookie('cookieconsent_status', 'non_gdpr')];
    return [inCookie('cookieconsent_status', choice === 'accept' ? 'accept_all' : 'deny'),
      // A list of what is refused.
      inCookie('cookieconsent_preferences_disabled', choice === 'accept' ? '' : 'functionality,analytics,marketing')];
  } },

  pandectes: { name: 'Pandectes', records: function (choice, visit) {
    var at = seconds(visit.now);
    return [inCookie('_pandectes_gdpr', base64Json({
      country: { code: visit.eu ? 'DE' : 'US', state: visit.eu ? 'BE' : 'NY', detected: at },
      status: choice ? (choice === 'accept' ? 'allow' : 'deny') : null, timestamp: at,
      // Bits of what is blocked: functionality 1, performance 2, targeting 4.
      preferences: choice ? (choice === 'accept' ? 0 : 7) : null, id: hexId(visit),
    }))];
  } },

  iubenda: { name: 'iubenda', records: function (choice, visit) {
    var site = 12345678;
    var yes = choice === 'accept';
    return [inCookie('_iub_cs-' + site, percentJson(choice ? {
      timestamp: visit.now.toISOString(), version: '1.75.1', purposes: { 1: true, 2: yes, 3: yes, 4: yes, 5: yes },
      id: site, cons: { rand: hexId(visit).slice(0, 6) },
    } : { id: site }))];
  } },

  cookieyes: { name: 'CookieYes', records: function (choice, visit) {
    var yes = choice === 'accept' ? 'yes' : 'no';
    return [inCookie('cookieyes-consent', ['consentid:' + btoa(hexId(visit).slice(0, 30)), 'consent:' + yes, 'action:' + (choice ? 'yes' : ''),
      'necessary:yes', 'functional:' + yes, 'analytics:' + yes, 'performance:' + yes, 'advertisement:' + yes, 'other:' + yes].join(','))];
  } },

  tcf: { name: 'a TCF tool', records: function (choice, visit) {
    return choice ? [inCookie('euconsent-v2', tcString(choice === 'accept', visit.now, 10))] : [];
  } },

  // Keeps its state where no sandbox reaches it: only what the bridge publishes can be read.
  bridge: { name: 'a bridged tool', records: function () { return []; } },
};
