// The panel's own furniture: heading, things to try, and the polling.
var POLL_MS = 1000;
var SCENARIOS = [
  [
    "Say nothing",
    "Look at a product without answering the banner. Events are held in memory; leave the page and they are gone.",
  ],
  ["Accept late", "Look at a product, then press Accept: what was held leaves now, in its order."],
  [
    "Two tabs",
    "Accept and open the shop in a second tab. Withdraw there (Cookie settings, Decline), then go on in the first: it stops at its next event.",
  ],
  [
    "Cancel",
    "Switch off “Shopify tells the endpoint of orders” and buy: the purchase is held by the server until Shopify confirms it. Tell it above, or cancel the order.",
  ],
  [
    "Another consent tool",
    "Choose one under “Change the shop”. Its record is read as that tool writes it; look at what it keeps on the device, accept, withdraw.",
  ],
  [
    "Two answers",
    "Choose a tool, switch off “tells Shopify” and “in the EU”, then decline: Shopify allows, the tool says no. Nothing leaves.",
  ],
  [
    "The app extension",
    "Choose it under “Change the shop”: it runs in a worker without WebAssembly, only after Shopify has a yes, and reports by the server alone. With both, each event still counts once.",
  ],
  [
    "Global Privacy Control",
    "Turn it on under “Change the shop”: it is a no, whatever the banner says.",
  ],
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
        "aria-expanded": "false",
        "aria-controls": "panel-body",
        onclick: () => {
          showPanel(!document.getElementById("panel").classList.contains("open"));
        },
      },
      "What left this browser",
    ),
    el(
      "div",
      { class: "panel-body", id: "panel-body" },
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
      guide(),
      el("p", { id: "panel-choice", class: "soft" }),
      el("p", { id: "panel-outcome" }),
      el("div", { id: "panel-order" }),
      el("div", { id: "panel-status", class: "figures" }),
      el("div", { id: "panel-consent", class: "consent" }),
      el(
        "details",
        { class: "try", id: "panel-change" },
        el("summary", {}, "Change the shop"),
        chooser(),
      ),
      el(
        "details",
        { class: "try" },
        el("summary", {}, "More to try"),
        el(
          "dl",
          {},
          SCENARIOS.map((pair) => [el("dt", {}, pair[0]), el("dd", {}, pair[1])]),
        ),
      ),
      el("p", { id: "panel-news", class: "unseen", "aria-live": "polite" }),
      el("p", { id: "panel-none", class: "soft" }, "Nothing has left this browser."),
      el("ul", { id: "panel-events" }),
    ),
  ];
}

// On a narrow screen the panel is a drawer.
function showPanel(open) {
  document.getElementById("panel").classList.toggle("open", open);
  document.getElementById("panel-toggle").setAttribute("aria-expanded", String(open));
}

function closeByEscape(event) {
  if (event.key !== "Escape" || !document.getElementById("panel").classList.contains("open"))
    return;
  showPanel(false);
  document.getElementById("panel-toggle").focus();
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
      drawPanel(state);
    })
    .catch(() => {
      document.getElementById("panel-choice").textContent = "The lab has stopped.";
    });
}

function listen(event) {
  var message = event.data;
  if (message?.lab === "request") noteRequest(message);
  if (message?.lab === "answer") noteAnswer(message);
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
  document.addEventListener("keydown", closeByEscape);
  poll();
  setInterval(poll, POLL_MS);
  setTimeout(fly, STEP_MS);
}
