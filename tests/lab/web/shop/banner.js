// The shop's own consent banner, speaking to Shopify's Customer Privacy API as Shopify's does.
function choose(yes) {
  Shopify.customerPrivacy.setTrackingConsent({ analytics: yes, marketing: yes, preferences: yes, sale_of_data: yes }, function () {
    drawBanner(false);
    document.dispatchEvent(new Event('lab:consent'));
  });
}

function drawBanner(open) {
  var place = document.getElementById('banner');
  place.replaceChildren();
  if (!open) return;
  place.append(el('div', { class: 'banner', role: 'dialog', 'aria-label': 'Cookies' },
    el('div', {}, el('strong', {}, 'May we measure our advertising?'),
      el('p', {}, 'With your yes, TikTok learns that you bought something. With your no, nothing leaves.')),
    el('div', { class: 'row' },
      el('button', { class: 'button quiet', id: 'decline', onclick: function () { choose(false); } }, 'Decline'),
      el('button', { class: 'button', id: 'accept', onclick: function () { choose(true); } }, 'Accept'))));
}
