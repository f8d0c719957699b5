// What every event says about the page (docs/facts/shopify.md#events).
function pageLocation() {
  var parts = ['hash', 'host', 'hostname', 'href', 'origin', 'pathname', 'port', 'protocol', 'search'];
  return Object.fromEntries(parts.map(function (part) { return [part, location[part]]; }));
}

function pageContext() {
  return {
    document: {
      characterSet: document.characterSet, location: pageLocation(), referrer: document.referrer, title: document.title,
    },
    navigator: {
      cookieEnabled: navigator.cookieEnabled, language: navigator.language,
      languages: Array.from(navigator.languages), userAgent: navigator.userAgent,
    },
    window: {
      innerHeight: innerHeight, innerWidth: innerWidth, outerHeight: outerHeight, outerWidth: outerWidth,
      location: pageLocation(), origin: location.origin, pageXOffset: pageXOffset, pageYOffset: pageYOffset,
      screen: { height: screen.height, width: screen.width }, screenX: screenX, screenY: screenY,
      scrollX: scrollX, scrollY: scrollY,
    },
  };
}
