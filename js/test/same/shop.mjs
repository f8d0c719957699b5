// How a shop may be set up: the object on top of the snippet. One with a mistake must be refused by
// every build alike.
import fc from "fast-check";
import { mostly, record, warped } from "./values.mjs";

const cmps = [
  "avada",
  "axeptio",
  "bridge",
  "c15t",
  "civic",
  "commanders-act",
  "complianz",
  "consentik",
  "consentmanager",
  "consentmo",
  "cookie-information",
  "cookie-script",
  "cookiebot",
  "cookiefirst",
  "cookiehub",
  "cookieyes",
  "didomi",
  "enzuzo",
  "fides",
  "iubenda",
  "ketch",
  "klaro",
  "onetrust",
  "osano",
  "pandectes",
  "secure-privacy",
  "securiti",
  "sourcepoint",
  "tarteaucitron",
  "tcf",
  "tealium",
  "termly",
  "transcend",
  "trustarc",
  "usercentrics",
  "vanilla-cookieconsent",
];
const legs = fc.constantFrom([], [], ["browser"], ["server"], ["server", "browser"]);
const names = [
  "Pageview",
  "ViewContent",
  "Search",
  "AddToCart",
  "InitiateCheckout",
  "AddPaymentInfo",
  "Purchase",
];
const events = fc
  .array(fc.tuple(fc.constantFrom(...names), legs), { minLength: 1, maxLength: 5 })
  .map(Object.fromEntries);
const customEvents = record(
  {
    newsletter_joined: record({ event: fc.constant("Subscribe"), to: legs }),
    quote_asked: record({ event: fc.constantFrom("Lead", "Contact", "ViewContent"), to: legs }),
    my_purchase: record({ event: fc.constant("Purchase"), to: legs }),
    constructor: record({ event: fc.constant("Download"), to: legs }),
  },
  { requiredKeys: ["newsletter_joined", "quote_asked"] },
);

/** `found` is the tool whose record is on the device, if any: shops mostly name the one that they
 *  use. */
export function settings(found) {
  const cmp = mostly(
    fc.constantFrom(...(cmps.includes(found) ? [found, "auto"] : ["auto"]), "shopify"),
    6,
    fc.constantFrom(...cmps, "bridge", "bridge", "bridge"),
  );
  // What may be missing may be undecided: anything else is refused.
  const sound = (settings) =>
    settings.missing === "shopify" ? { ...settings, undecided: "shopify" } : settings;
  return whole(cmp).map(sound).map(pasted);
}

const whole = (cmp) =>
  record(
    {
      shop: mostly(fc.constant("acme.myshopify.com"), 20, fc.constant(" ACME.myshopify.com")),
      pixelCode: fc.constant("C4EXAMPLE0000000000"),
      endpoint: fc.constant("https://events.example.com"),
      pixelScript: fc.constant("https://analytics.example/events.js"),
      cmp,
      undecided: fc.constantFrom("hold", "shopify"),
      missing: mostly(fc.constant("hold"), 3, fc.constant("shopify")),
      held: mostly(fc.constant("release"), 4, fc.constant("forget")),
      categories: fc.constantFrom([], ["C0004"], ["marketing", "ads"], ["4"]),
      storefronts: mostly(
        fc.constant(["shop.acme.example"]),
        6,
        fc.constantFrom([], ["Shop.Acme.Example", "checkout.acme.example"]),
      ),
      contentId: fc.constantFrom("variant", "product", "sku"),
      value: fc.constantFrom("total", "subtotal"),
      urlParameters: fc.constantFrom([], ["ref"], ["ref", "ref", ""]),
      urlPaths: fc.constantFrom([], ["apps/quiz"], ["", "/", "checkouts", "/apps"]),
      secretPaths: fc.constantFrom("server", "fire"),
      events: mostly(fc.constant({}), 2, events),
      customEvents,
      debug: mostly(fc.constant(true), 10, fc.constant(false)),
    },
    {
      requiredKeys: ["shop", "pixelCode", "endpoint", "pixelScript", "cmp", "debug", "storefronts"],
    },
  );

/** Settings that were edited by hand. */
export const doubtful = warped(whole(fc.constantFrom(...cmps, "auto", "shopify"))).map(pasted);

/** What a browser makes of the text in the snippet. A lone surrogate is a text in JavaScript but
 *  none in JSON's encoding: `assent snippet` cannot print one. */
function pasted(settings) {
  const text = JSON.stringify(settings, (_, value) =>
    typeof value === "bigint" ? null : typeof value === "string" ? value.toWellFormed() : value,
  );
  return JSON.parse(text ?? "null");
}
