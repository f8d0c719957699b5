// The shop's consent tool on the page, besides Shopify's own banner: it writes its records as soon
// as the page is there and again at each answer. `lab_answer` is what the tool's own servers would
// know: the answer, which one it is, and when.
var ANSWER_COOKIE = "lab_answer";
var YEAR_SECONDS = 365 * 24 * 60 * 60;

// Checkout pages run no third-party tool.
function runningCmp(page) {
  return page.checkout ? null : CMPS[lab.settings.cmp] || null;
}

function answered() {
  var parts = readCookie(ANSWER_COOKIE).split(".");
  return {
    choice: parts[0] || null,
    count: Number(parts[1] || 0),
    at: new Date(Number(parts[2] || Date.now())),
  };
}

function visitNow(count) {
  return {
    now: new Date(),
    id: clientId(),
    count: count,
    eu: lab.settings.region === "eu",
    gpc: navigator.globalPrivacyControl === true,
  };
}

function writeRecords(cmp, choice, visit) {
  cmp.records(choice, visit).forEach((record) => {
    if (record.store === "cookie") writeCookie(record.key, record.value, YEAR_SECONDS);
    else localStorage.setItem(record.key, record.value);
  });
}

// A tool whose records no pixel can reach: its own callback tells js/bridge, which is on the page
// then.
function tellBridge() {
  var last = answered();
  window.assentConsent(last.choice ? last.choice === "accept" : null, {
    source: "lab",
    at: last.at,
    id: clientId(),
  });
}

// On load. The record of an earlier answer is left as it was written.
function startCmp(cmp) {
  var last = answered();
  if (cmp === CMPS.bridge) tellBridge();
  else if (!last.choice) writeRecords(cmp, null, visitNow(last.count));
}

function answerCmp(cmp, yes) {
  var choice = yes ? "accept" : "decline";
  var visit = visitNow(answered().count + 1);
  writeCookie(ANSWER_COOKIE, [choice, visit.count, visit.now.getTime()].join("."), YEAR_SECONDS);
  writeRecords(cmp, choice, visit);
  if (cmp === CMPS.bridge) tellBridge();
}

// Where a tool keeps its records, whatever was answered.
function recordKeys(cmp) {
  var found = new Map();
  ["accept", "decline", null].forEach((choice) => {
    cmp.records(choice, visitNow(0)).forEach((record) => {
      found.set(record.key, record);
    });
  });
  return Array.from(found.values());
}
