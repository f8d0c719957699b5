// A small pixel of the lab's own, served where no --snippet is given: enough to see that the lab
// works, in both directions of the wire. It is no consent tool: it sends only after marketing is
// allowed, and that is all it knows.
var pixel = "__PIXEL__",
  script = "__EVENTS_JS__";
var allowed = init.customerPrivacy.marketingAllowed,
  waiting = [],
  loaded = false;
function say(entry) {
  console.debug("[assent] sample pixel", entry);
}
function load() {
  if (loaded) return;
  loaded = true;
  history.replaceState(null, "", "/");
  self.ttq ||= [];
  var queue = self.ttq;
  queue._i = {};
  queue._t = {};
  queue._o = {};
  queue._i[pixel] = [];
  queue._o[pixel] = {};
  var tag = document.createElement("script");
  tag.src = `${script}?sdkid=${pixel}&lib=ttq`;
  document.head.appendChild(tag);
}
var names = {
  page_viewed: "Pageview",
  product_viewed: "ViewContent",
  search_submitted: "Search",
  product_added_to_cart: "AddToCart",
  checkout_started: "InitiateCheckout",
  payment_info_submitted: "AddPaymentInfo",
  checkout_completed: "Purchase",
};
function fire(event) {
  load();
  var name = names[event.name];
  self.ttq.push(
    name === "Pageview"
      ? ["page"]
      : ["track", name, { currency: "EUR", value: 1 }, { event_id: event.id }],
  );
  say({
    event: event.name,
    name: name,
    event_id: event.id,
    decision: "granted",
    rule: "shopify_only",
    done: "browser pixel",
  });
}
analytics.subscribe("all_standard_events", (event) => {
  if (!names[event.name]) return;
  if (allowed) {
    fire(event);
    return;
  }
  waiting.push(event);
  say({
    event: event.name,
    decision: "unknown",
    rule: "shopify_silent",
    done: "held in memory until somebody decides",
  });
});
api.customerPrivacy.subscribe("visitorConsentCollected", (event) => {
  allowed = event.customerPrivacy.marketingAllowed;
  say({
    event: "consent",
    decision: allowed ? "granted" : "denied",
    rule: allowed ? "shopify_only" : "shopify_denied",
    done: "the shopper decided",
  });
  waiting.splice(0).forEach((event) => {
    if (allowed) fire(event);
  });
});
