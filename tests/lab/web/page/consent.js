// Shopify's Customer Privacy API on the page (docs/facts/shopify.md#the-consent-signal), as a shop's banner uses it:
// the choice is kept on the shop's host and holds on later pages. The keeping is the lab's own (cookie `lab_consent`):
// Shopify's is not documented.
var PURPOSES = ['analytics', 'marketing', 'preferences', 'sale_of_data'];
var CHOICE_COOKIE = 'lab_consent';

function readCookie(name) {
  var found = document.cookie.split('; ').filter(function (pair) { return pair.indexOf(name + '=') === 0; })[0];
  return found ? found.slice(name.length + 1) : '';
}

function writeCookie(name, value, seconds) {
  document.cookie = name + '=' + value + '; path=/; max-age=' + seconds + '; SameSite=Lax';
}

// {analytics: 'yes' | 'no' | '', …}
function visitorConsent() {
  var flags = readCookie(CHOICE_COOKIE);
  return Object.fromEntries(PURPOSES.map(function (purpose, index) {
    return [purpose, flags[index] === '1' ? 'yes' : flags[index] === '0' ? 'no' : ''];
  }));
}

// What a shop may do now: choice, else the region's default; GPC is an opt-out of sale wherever the shopper is.
function allowed(purpose) {
  if (purpose === 'sale_of_data' && navigator.globalPrivacyControl) return false;
  var choice = visitorConsent()[purpose];
  return choice === '' ? lab.settings.region !== 'eu' : choice === 'yes';
}

function customerPrivacy() {
  return {
    analyticsProcessingAllowed: allowed('analytics'), marketingAllowed: allowed('marketing'),
    preferencesProcessingAllowed: allowed('preferences'), saleOfDataAllowed: allowed('sale_of_data'),
  };
}

function installConsent(privacyBus) {
  function setTrackingConsent(choice, callback) {
    var before = visitorConsent();
    var flags = PURPOSES.map(function (purpose) {
      var value = purpose in choice ? (choice[purpose] ? 'yes' : 'no') : before[purpose];
      return value === 'yes' ? '1' : value === 'no' ? '0' : '-';
    });
    writeCookie(CHOICE_COOKIE, flags.join(''), 365 * 24 * 60 * 60);
    document.dispatchEvent(new CustomEvent('visitorConsentCollected', { detail: {
      analyticsAllowed: allowed('analytics'), marketingAllowed: allowed('marketing'),
      preferencesAllowed: allowed('preferences'), saleOfDataAllowed: allowed('sale_of_data'),
      firstPartyMarketingAllowed: allowed('marketing'), thirdPartyMarketingAllowed: allowed('marketing') && allowed('sale_of_data'),
    } }));
    privacyBus.publish({ customerPrivacy: customerPrivacy() });
    if (callback) callback();
  }

  Shopify.customerPrivacy = {
    analyticsProcessingAllowed: function () { return allowed('analytics'); },
    marketingAllowed: function () { return allowed('marketing'); },
    preferencesProcessingAllowed: function () { return allowed('preferences'); },
    saleOfDataAllowed: function () { return allowed('sale_of_data'); },
    currentVisitorConsent: visitorConsent,
    getRegion: function () { return lab.settings.region === 'eu' ? 'DE' : 'USNY'; },
    shouldShowBanner: function () { return lab.settings.region === 'eu' && visitorConsent().marketing === ''; },
    setTrackingConsent: setTrackingConsent,
  };
  Shopify.loadFeatures = function (features, callback) { if (callback) callback(); };
}
