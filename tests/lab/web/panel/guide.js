// What a newcomer does first: four things to do in the shop, each ticked by what has truly happened,
// and the answers above them. What was bought, and after which answer, is kept for this tab.
var BOUGHT_KEY = "lab.bought";
// Longer than Shopify takes to tell the endpoint of an order: by then a copy would have come.
var SETTLED_MS = 6000;

function bought() {
  return JSON.parse(sessionStorage.getItem(BOUGHT_KEY) || "[]");
}

// The shop has taken an order; `closed`: as if the tab were closed.
function noteBought(closed) {
  var purchase = { at: Date.now(), closed: closed, answer: shopperSaid() };
  sessionStorage.setItem(BOUGHT_KEY, JSON.stringify(bought().concat(purchase)));
}

// 'yes', 'no' or null, in the shopper's own words, not the pixel's.
function shopperSaid() {
  var cmp = CMPS[lab.settings.cmp];
  if (cmp) return { accept: "yes", decline: "no" }[answered().choice] || null;
  return visitorConsent().marketing || null;
}

// The Purchase that this order has become at TikTok, if it has.
function purchaseOf(purchase, all) {
  var next = bought().filter((other) => other.at > purchase.at)[0];
  return all.filter(
    (row) =>
      row.name === "Purchase" &&
      row.copies.some((copy) => copy.at >= purchase.at && (!next || copy.at < next.at)),
  )[0];
}

function countedOnce(row) {
  return row && row.copies.filter((copy) => copy.outcome === "counted").length === 1;
}

function cameFrom(row, leg) {
  return row?.copies.some((copy) => copy.leg === leg);
}

var FOUR = [
  {
    name: "decline",
    title: "Decline, and buy",
    outcome: "Nothing leaves.",
    steps: [
      "/products/moka-pot",
      "#decline",
      "#add",
      "/cart",
      "#checkout",
      "#information .wide",
      "#pay",
    ],
    done: (_all, state) =>
      bought().some(
        (one) =>
          one.answer === "no" &&
          Date.now() - one.at > SETTLED_MS &&
          !leftSince(state, one.at - 1000),
      ),
  },
  {
    name: "accept",
    title: "Accept, and buy",
    outcome: "Two copies, counted once.",
    steps: [
      "/products/moka-pot",
      "#accept",
      "#add",
      "/cart",
      "#checkout",
      "#information .wide",
      "#pay",
    ],
    done: (all) =>
      bought().some((one) => {
        var row = !one.closed && one.answer === "yes" && purchaseOf(one, all);
        return countedOnce(row) && cameFrom(row, "browser");
      }),
  },
  {
    name: "close",
    title: "Pay, and close the tab",
    outcome: "The order brings it back.",
    steps: [
      "/products/tea-tin",
      "#accept",
      "#add",
      "/cart",
      "#checkout",
      "#information .wide",
      "#pay-and-close",
    ],
    done: (all) =>
      bought().some((one) => {
        var row = one.closed && one.answer === "yes" && purchaseOf(one, all);
        return countedOnce(row) && !cameFrom(row, "browser");
      }),
  },
  {
    name: "withdraw",
    title: "Withdraw",
    outcome: "One message, then nothing.",
    steps: ["/products/moka-pot", "#accept", "#add", "#cookie-settings", "#decline", "/cart"],
    done: (_all, state) =>
      toEndpoint().some(
        (sent) =>
          sent.kind === "withdrawal" && sent.status === 202 && !leftSince(state, sent.at + 1000),
      ),
  },
];

function leftSince(state, at) {
  return state.received.some((request) => request.at_ms > at);
}

function guide() {
  return el(
    "section",
    { class: "guide", "aria-label": "What to try" },
    el(
      "p",
      {},
      "Assent lets this shop report to TikTok only after a yes. Do these four things, and watch below.",
    ),
    el(
      "ol",
      {},
      FOUR.map((one) =>
        el(
          "li",
          { id: `try-${one.name}` },
          el("span", { class: "tick", "aria-hidden": "true" }, "○"),
          el(
            "span",
            { class: "grow" },
            el("strong", {}, one.title),
            el("span", { class: "soft" }, ` ${one.outcome}`),
            el("span", { class: "seen", hidden: true }, " Done."),
          ),
          el(
            "button",
            {
              class: "link",
              "aria-label": `Do it for me: ${one.title}`,
              onclick: () => pilot(one),
            },
            "Do it for me",
          ),
        ),
      ),
    ),
  );
}

// A tick stays for this tab: what the next card does may undo what was seen.
function drawTicks(all, state) {
  FOUR.forEach((one) => {
    var key = `lab.done.${one.name}`;
    if (one.done(all, state)) sessionStorage.setItem(key, "1");
    var done = sessionStorage.getItem(key) !== null;
    var card = document.getElementById(`try-${one.name}`);
    card.classList.toggle("done", done);
    card.querySelector(".tick").textContent = done ? "✓" : "○";
    card.querySelector(".seen").hidden = !done;
  });
}
