// The shop's consent banner. Alone it speaks to Shopify's Customer Privacy API, as Shopify's own
// does; with a consent tool it is the tool's face: the tool keeps its record first, and then tells
// Shopify, if it does that at all.
function choose(yes) {
  var cmp = CMPS[lab.settings.cmp];
  if (cmp) answerCmp(cmp, yes);
  if (cmp && !lab.settings.tells_shopify) {
    chosen();
    return;
  }
  Shopify.customerPrivacy.setTrackingConsent(
    { analytics: yes, marketing: yes, preferences: yes, sale_of_data: yes },
    chosen,
  );
}

function chosen() {
  drawBanner(false);
  // The banner has gone with the button that was pressed: the keyboard goes on where the page begins.
  document.querySelector("#shop main").focus();
  document.dispatchEvent(new Event("lab:consent"));
}

// Shopify's asks where law says so; a tool asks until it has an answer.
function bannerIsDue(page) {
  if (lab.settings.cmp === "shopify") return Shopify.customerPrivacy.shouldShowBanner();
  return runningCmp(page) !== null && answered().choice === null;
}

function drawBanner(open) {
  var place = document.getElementById("banner");
  place.replaceChildren();
  if (!open) return;
  var cmp = CMPS[lab.settings.cmp];
  place.append(
    el(
      "div",
      { class: "banner", role: "dialog", "aria-label": "Cookies" },
      el(
        "div",
        {},
        el("strong", {}, "May we measure our advertising?"),
        el(
          "p",
          {},
          `With your yes, TikTok learns which pages you see here, what you put into the cart and buy, your IP address, and, scrambled, your name, e-mail and phone. With your no, it learns nothing.${cmp ? ` (Asked by ${cmp.name}.)` : ""}`,
        ),
      ),
      el(
        "div",
        { class: "row" },
        el(
          "button",
          {
            class: "button",
            id: "decline",
            onclick: () => {
              choose(false);
            },
          },
          "Decline",
        ),
        el(
          "button",
          {
            class: "button",
            id: "accept",
            onclick: () => {
              choose(true);
            },
          },
          "Accept",
        ),
      ),
    ),
  );
}
