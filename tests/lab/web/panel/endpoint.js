// What the module in this browser has sent to the endpoint, and how that was answered, kept for this
// tab: {request, at, kind: 'beacon' | 'withdrawal', body, status}; status null while there is none.
var SENT_KEY = "lab.sent";
var SENT_LIMIT = 60;

function toEndpoint() {
  return JSON.parse(sessionStorage.getItem(SENT_KEY) || "[]");
}

function keepSent(all) {
  sessionStorage.setItem(SENT_KEY, JSON.stringify(all.slice(-SENT_LIMIT)));
}

function noteRequest(message) {
  if (!/\/v1\/events$/.test(message.url)) return;
  var kind = /"withdraw":/.test(message.body) ? "withdrawal" : "beacon";
  var sent = { request: message.request, kind: kind, body: message.body, at: Date.now() };
  keepSent(toEndpoint().concat(Object.assign(sent, { status: null })));
}

function noteAnswer(message) {
  var all = toEndpoint();
  all
    .filter((sent) => sent.request === message.request)
    .forEach((sent) => {
      sent.status = message.status;
    });
  keepSent(all);
}

function drawSent(sent) {
  var answer = sent.status === null ? "sent" : sent.status || "no answer";
  return el(
    "li",
    { class: "event" },
    el(
      "details",
      { class: "copy" },
      el(
        "summary",
        {},
        el("span", { class: "soft" }, "To your endpoint: "),
        el("strong", {}, sent.kind),
        el("span", { class: `chip ${sent.status === 202 ? "good" : "soft"}` }, String(answer)),
        el("time", {}, clock(sent.at)),
      ),
      el("pre", { tabindex: "0", "aria-label": "What was sent" }, pretty(sent.body)),
    ),
  );
}
