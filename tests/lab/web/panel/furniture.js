// The panel's own furniture: heading, things to try, and the polling.
var POLL_MS = 1000;
var SCENARIOS = [
  [
    "Say nothing",
    "Look at a product without answering the banner. Events are held in memory; leave the page and they are gone.",
  ],
  [
    "Decline",
    "Press Decline and buy something. Nothing arrives here, and nothing is kept on your device.",
  ],
  ["Accept late", "Look at a product, then press Accept: what was held leaves now, in its order."],
  [
    "Buy",
    "Accept, add to the cart, check out. Purchase arrives twice under one id and counts once. Reload the thank-you page.",
  ],
  [
    "Two tabs",
    "Accept and open the shop in a second tab. Withdraw there (Cookie settings, Decline), then go on in the first: it stops at its next event.",
  ],
  [
    "Close the tab",
    "Accept, and press “Pay, and close the tab”: the thank-you page is never shown. Shopify tells the endpoint, which has your yes on record, and the purchase arrives from the server. Decline first, and it does not.",
  ],
  [
    "Cancel",
    "Switch off “Shopify tells the endpoint of orders” and buy: the purchase is held by the server until Shopify confirms it. Tell it below, or cancel the order.",
  ],
  [
    "Another consent tool",
    "Choose one above. Its record is read as that tool writes it; look at what it keeps on the device, accept, withdraw.",
  ],
  [
    "Two answers",
    "Choose a tool, switch off “tells Shopify” and “in the EU”, then decline: Shopify allows, the tool says no. Nothing leaves.",
  ],
  [
    "The app extension",
    "Choose it above: it runs in a worker without WebAssembly, only after Shopify has a yes, and reports by the server alone. With both, each event still counts once.",
  ],
  ["Global Privacy Control", "Turn it on above: it is a no, whatever the banner says."],
];

function toggle(id, label, on, change) {
  return el(
    "label",
    { class: "switch" },
    el("input", {
      type: "checkbox",
      id: id,
      checked: on,
      onchange: function () {
        change(this.checked);
      },
    }),
    el("span", {}, label),
  );
}

function furniture() {
  return [
    el(
      "button",
      {
        id: "panel-toggle",
        class: "panel-toggle",
        onclick: () => {
          document.getElementById("panel").classList.toggle("open");
        },
      },
      "What left this browser",
    ),
    el(
      "div",
      { class: "panel-body" },
      el(
        "div",
        { class: "panel-head" },
        el("h2", {}, "What left this browser"),
        el(
          "button",
          {
            class: "link",
            id: "start-over",
            onclick: startOver,
            title: "Forget everything: device, requests, counts",
          },
          "Start over",
        ),
      ),
      el("p", { id: "panel-choice", class: "soft" }),
      chooser(),
      el("div", { id: "panel-order" }),
      el("div", { id: "panel-status", class: "figures" }),
      el(
        "details",
        { class: "try" },
        el("summary", {}, "Things to try"),
        el(
          "dl",
          {},
          SCENARIOS.map((pair) => [el("dt", {}, pair[0]), el("dd", {}, pair[1])]),
        ),
      ),
      el("ul", { id: "panel-events", "aria-live": "polite" }),
    ),
  ];
}

// Makes a new shopper: empties the device, the stand-in and the panel.
function forget() {
  forgetDevice();
  return fetch("/lab/start-over", { method: "POST" });
}

function forgetDevice() {
  document.cookie.split("; ").forEach((pair) => {
    writeCookie(pair.split("=")[0], "", 0);
  });
  localStorage.clear();
  sessionStorage.clear();
}

function startOver() {
  forget().then(() => {
    location.href = "/";
  });
}

function poll() {
  fetch("/lab/state")
    .then((reply) => reply.json())
    .then((state) => {
      var text = JSON.stringify(state) + sessionStorage.getItem(LOG_KEY) + document.cookie;
      // Drawing again closes what the reader has opened, so it is done for news only.
      if (text !== poll.last) drawPanel(state);
      poll.last = text;
    })
    .catch(() => {
      document.getElementById("panel-choice").textContent = "The lab has stopped.";
    });
}

function listen(event) {
  var message = event.data;
  if (message?.lab !== "debug") return;
  var line = message.details.filter((detail) => detail && typeof detail === "object")[0];
  logLine(
    line || { event: "Module", level: message.level },
    message.line.replace(/^\[assent\]\s*/, ""),
  );
  poll();
}

function startPanel() {
  var panel = document.getElementById("panel");
  panel.append.apply(panel, furniture());
  window.addEventListener("message", listen);
  document.addEventListener("lab:consent", poll);
  poll();
  setInterval(poll, POLL_MS);
}
