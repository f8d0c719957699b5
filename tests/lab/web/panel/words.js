// The panel's words for the closed lists.
var RULES = {
  gpc: "the browser sends Global Privacy Control",
  sale_opt_out: "sale of data is opted out",
  us_opt_out: "opted out under US law",
  shopify_denied: "the shopper said no",
  cmp_denied: "the consent tool says no",
  shopify_silent: "Shopify says no (declined before, or never asked: a pixel cannot tell)",
  cmp_missing: "the consent tool has left no record",
  cmp_undecided: "the consent tool is undecided",
  cmp_unreadable: "the consent record cannot be read",
  out_of_reach: "the record is out of reach on this host",
  stale: "the consent is too old",
  grant_ended_elsewhere: "consent was withdrawn in another tab",
  all_yes: "every record says yes",
  shopify_only: "Shopify allows it",
  undecided_shopify: "Shopify’s region says yes",
  missing_shopify: "no record here, and Shopify’s region says yes",
};

var OUTCOMES = {
  counted: ["counted", "good"],
  merged: ["merged, same id", "good"],
  discarded: ["dropped, same id", "soft"],
  test: ["test event", "soft"],
  refused: ["refused by TikTok", "bad"],
  not_processed: ["failed", "bad"],
};
// A decision, and its colour, which what a single record says has too.
var DECISIONS = { granted: ["Yes", "good"], denied: ["No", "bad"], unknown: ["Not yet", "held"] };
// What became of an event, by the module's own words. After a no that this tab has seen nothing is
// called held, although a pixel that is only told of silence keeps it until the page ends.
var STATES = {
  sent: "On its way",
  held: "Held in memory",
  refused: "Not sent after your no",
  gone: "Gone with the page",
  withheld: "Withheld",
  note: "Note",
};
