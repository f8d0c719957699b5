// The module's own words (its debug lines), kept for this tab. A line is {event: Shopify's name,
// name: TikTok's, event_id, decision, rule, done, records: [{source, key, decision}], conflicts:
// [{yes, no}]}; `page` and `at` are the panel's.
var LOG_KEY = "lab.decisions";
var LOG_LIMIT = 200;
var THIS_PAGE = uuid();
var TIKTOK_NAMES = {
  page_viewed: "Pageview",
  product_viewed: "ViewContent",
  search_submitted: "Search",
  product_added_to_cart: "AddToCart",
  checkout_started: "InitiateCheckout",
  payment_info_submitted: "AddPaymentInfo",
  checkout_completed: "Purchase",
};

function kept() {
  return JSON.parse(sessionStorage.getItem(LOG_KEY) || "[]");
}

function logLine(line, text) {
  var entry = Object.assign({ done: text }, line, { at: Date.now(), page: THIS_PAGE });
  sessionStorage.setItem(LOG_KEY, JSON.stringify(kept().concat(entry).slice(-LOG_LIMIT)));
}

// The last decision, whatever asked for it: an event, the page's start, the shopper's answer.
function lastDecision() {
  return (
    kept()
      .filter((entry) => entry.decision)
      .pop() || null
  );
}

// What became of each event, by the module's words: 'sent', 'held', 'refused' (held, but the shopper
// has said no), 'gone', 'withheld' or 'note'.
function decisions() {
  var told = [];
  kept().forEach((entry) => {
    if (entry.event === "start" && entry.decision) return;
    // The module hears what waited in the room; a later line says what became of it.
    if (entry.done === "recalled" && entry.decision !== "denied") return;
    var held = told.filter((one) => one.state === "held" && one.entry.page === entry.page);
    if (entry.event === "consent") {
      if (entry.decision === "denied")
        held.forEach((one) => {
          Object.assign(one, { state: "withheld", rule: entry.rule });
        });
      return;
    }
    // Held events leave in their order, so this line is about the first one of its kind.
    var before = held.filter((one) => one.entry.event === entry.event)[0];
    var ended = entry.decision === "granted" || entry.done === "recalled";
    if (ended && before) told.splice(told.indexOf(before), 1);
    told.push({
      entry: entry,
      name: entry.name || TIKTOK_NAMES[entry.event] || entry.event,
      rule: entry.rule,
      state: stateOf(entry),
    });
  });
  told.forEach((one) => {
    if (one.state === "held" && one.entry.page !== THIS_PAGE) one.state = "gone";
    if (one.state === "held" && shopperSaid() === "no") one.state = "refused";
  });
  return told;
}

function stateOf(entry) {
  if (entry.decision === "granted") return /^nothing/.test(entry.done) ? "note" : "sent";
  if (entry.decision === "unknown") return "held";
  return entry.decision === "denied" ? "withheld" : "note";
}
