// The panel's part about consent: which tool asks, what it left on the device, and what the module
// made of it last.
function saveSettings(change) {
  return fetch("/lab/settings", {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(Object.assign({}, lab.settings, change)),
  });
}

// Another tool means another shop with another setting, so the shopper starts anew.
function changeTool(change) {
  saveSettings(change)
    .then(forget)
    .then(() => {
      location.reload();
    });
}

// Records of a tool that was chosen in another tab, or before the lab was started again, are
// removed too.
function forgetAnotherTool() {
  var tool = [lab.settings.cmp, lab.settings.auto, lab.settings.tells_shopify].join(".");
  var before = readCookie("lab_tool");
  if (before && before !== tool) forgetDevice();
  writeCookie("lab_tool", tool, YEAR_SECONDS);
}

// The pasted code, the app's extension, or both: `value` is the setting, in one word.
var PIXEL_CHOICES = [
  ["custom", "Custom pixel"],
  ["app", "App extension (server leg only)"],
  ["custom+app", "Both"],
];

function choice(id, label, options, chosen, change) {
  return el(
    "label",
    { class: "tool" },
    el("span", {}, label),
    el(
      "select",
      {
        id: id,
        onchange: function () {
          change(this.value);
        },
      },
      options.map((pair) =>
        el("option", { value: pair[0], selected: pair[0] === chosen }, pair[1]),
      ),
    ),
  );
}

function chooser() {
  var settings = lab.settings;
  var tools = [["shopify", "Shopify’s own banner"]].concat(
    Object.entries(CMPS).map((pair) => [
      pair[0],
      pair[1].name.charAt(0).toUpperCase() + pair[1].name.slice(1),
    ]),
  );
  return el(
    "section",
    { class: "chooser", "aria-label": "How the shop is set up" },
    choice("pixels", "Pixel", PIXEL_CHOICES, settings.pixels.join("+"), (value) => {
      saveSettings({ pixels: value.split("+") }).then(() => {
        location.reload();
      });
    }),
    choice("cmp", "Consent tool", tools, settings.cmp, (value) => {
      changeTool({ cmp: value });
    }),
    settings.cmp !== "shopify" &&
      toggle("tells-shopify", "It tells Shopify the answer", settings.tells_shopify, (on) => {
        changeTool({ tells_shopify: on });
      }),
    toggle("auto", 'The module is set to cmp = "auto"', settings.auto, (on) => {
      changeTool({ auto: on });
    }),
    toggle("region", "The shopper is in the EU: must be asked", settings.region === "eu", (on) => {
      saveSettings({ region: on ? "eu" : "open" }).then(() => {
        location.reload();
      });
    }),
    toggle("gpc", "Global Privacy Control is on", lab.gpc, (on) => {
      writeCookie("lab_gpc", on ? "1" : "", on ? 86400 : 0);
      location.reload();
    }),
    lab.webhooks &&
      toggle(
        "webhooks",
        "Shopify tells the endpoint of orders",
        lab.settings.webhooks === "at_once",
        (on) => {
          saveSettings({ webhooks: on ? "at_once" : "off" }).then(() => {
            location.reload();
          });
        },
      ),
  );
}

function drawRecords(records) {
  return el(
    "ul",
    { class: "records" },
    records.map((record) =>
      el(
        "li",
        {},
        `${record.source} `,
        el("code", {}, record.key),
        ": ",
        el("span", { class: `chip ${DECISIONS[record.decision][1]}` }, record.decision),
      ),
    ),
  );
}

function drawConflicts(conflicts) {
  return conflicts.map((conflict) =>
    el(
      "p",
      { class: "conflict" },
      el("strong", {}, "Conflict"),
      `: ${conflict.yes} yes, ${conflict.no} no`,
    ),
  );
}

// Why an event left or did not: conflicts, and behind a summary every record that was read.
function drawWhy(entry, summary) {
  var records = entry.records || [];
  return [
    drawConflicts(entry.conflicts || []),
    records.length > 0 &&
      el("details", { class: "because" }, el("summary", {}, summary), drawRecords(records)),
  ];
}

// Key by key as it stands on the device now.
function drawKept(cmp) {
  var lines = recordKeys(cmp).map((record) => {
    var value =
      record.store === "cookie" ? cookieOrNull(record.key) : localStorage.getItem(record.key);
    return [
      el(
        "dt",
        {},
        el("code", {}, record.key),
        record.store === "cookie" ? " cookie" : " localStorage",
      ),
      el(
        "dd",
        {},
        value === null
          ? el("span", { class: "soft" }, "not there")
          : el("code", {}, value || "(empty)"),
      ),
    ];
  });
  if (!lines.length)
    return el("p", { class: "soft" }, "It keeps nothing that can be read: the bridge tells.");
  return el(
    "details",
    {
      class: "kept",
      id: "panel-kept",
      open: drawKept.open,
      ontoggle: function () {
        drawKept.open = this.open;
      },
    },
    el("summary", {}, `What ${cmp.name} keeps on the device`),
    el("dl", {}, lines),
  );
}

function cookieOrNull(name) {
  return document.cookie.split("; ").some((pair) => pair.indexOf(`${name}=`) === 0)
    ? readCookie(name)
    : null;
}

// Shopify tells a pixel of silence and of an earlier no by the same word. Whoever has declined knows.
function rulingWord(last) {
  return last.decision === "unknown" && shopperSaid() === "no" ? "No" : DECISIONS[last.decision][0];
}

// Drawn again only for news, so that what was opened stays open.
function drawConsent() {
  var text = JSON.stringify([lastDecision(), document.cookie, shopperSaid()]);
  if (text === drawConsent.last) return;
  drawConsent.last = text;
  var last = lastDecision();
  var cmp = CMPS[lab.settings.cmp];
  var parts = [];
  if (last) {
    parts.push(
      el(
        "p",
        { class: `ruling ${last.decision}` },
        el("span", {}, "May it leave? "),
        el("strong", {}, rulingWord(last)),
        // The waiting room decides by no rule: it says what it waits for.
        `: ${last.rule ? RULES[last.rule] || last.rule : last.done} `,
        last.rule ? el("code", {}, last.rule) : "",
      ),
      drawConflicts(last.conflicts || []),
      drawRecords(last.records || []),
    );
  }
  if (cmp) parts.push(drawKept(cmp));
  document
    .getElementById("panel-consent")
    .replaceChildren.apply(
      document.getElementById("panel-consent"),
      parts.flat(Infinity).filter(Boolean),
    );
}
