// "What left this browser": what the stand-in for TikTok received over both legs, what it counts,
// and what the module says it withheld. Received and counted come from the stand-in; decisions are
// the module's debug lines, kept for this tab.
function clock(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}
function shortId(id) {
  return el("code", { title: id }, id.length > 14 ? `${id.slice(0, 8)}…${id.slice(-4)}` : id);
}

function drawCopy(copy) {
  var outcome = OUTCOMES[copy.outcome];
  var from = copy.leg === "browser" ? "Browser pixel" : "Events API";
  var code =
    copy.request.code === 0
      ? ""
      : copy.request.code
        ? ` · code ${copy.request.code}`
        : copy.request.status
          ? ` · HTTP ${copy.request.status}`
          : " · no answer";
  return el(
    "details",
    { class: "copy" },
    el(
      "summary",
      {},
      el("span", { class: "leg" }, from),
      el("span", { class: `chip ${outcome[1]}` }, outcome[0] + code),
      el("time", {}, clock(copy.at)),
    ),
    el("pre", {}, pretty(copy.request.body)),
  );
}

function pretty(body) {
  try {
    return JSON.stringify(JSON.parse(body), null, 1);
  } catch (raw) {
    return body;
  }
}

function verdict(row) {
  if (!row.copies.length) return null;
  var counted = row.copies.filter((copy) => copy.outcome === "counted").length;
  return el(
    "span",
    { class: counted ? "verdict good" : "verdict", title: "What TikTok counts" },
    `counts ${counted}`,
  );
}

function drawSaid(said, sent) {
  if (!said) return null;
  if (said.state === "sent" && sent)
    return drawWhy(said.entry, `because ${RULES[said.rule] || said.rule}`);
  var why =
    said.state === "gone"
      ? "held, never sent, forgotten"
      : said.state === "note" || !said.rule
        ? said.entry.done
        : RULES[said.rule] || said.rule;
  return [
    el(
      "p",
      { class: `said ${said.state}` },
      el("strong", {}, STATES[said.state]),
      `: ${why}`,
      said.rule && said.state !== "note" ? el("code", {}, said.rule) : null,
    ),
    drawWhy(said.entry, "what was read"),
  ];
}

function drawRow(row) {
  if (row.webhook) return drawWebhook(row.webhook);
  return el(
    "li",
    { class: row.copies.length ? "event" : "event nothing" },
    el(
      "div",
      { class: "event-head" },
      el("strong", {}, row.name),
      row.id ? shortId(row.id) : el("span", { class: "soft" }, row.copies.length ? "no id" : ""),
      verdict(row),
    ),
    row.copies.sort((a, b) => a.at - b.at).map(drawCopy),
    drawSaid(row.said, row.copies.length),
  );
}

function choiceText() {
  var cmp = CMPS[lab.settings.cmp];
  var choice = cmp
    ? { accept: "yes", decline: "no" }[answered().choice]
    : visitorConsent().marketing;
  if (choice === "yes") return "You accepted.";
  if (choice === "no") return "You declined.";
  return cmp || lab.settings.region === "eu"
    ? "You have not answered the banner."
    : "No banner here: allowed unless you decline.";
}

function drawPanel(state) {
  var all = rows(state);
  var conversions = state.counted;
  var left = state.received.length;
  document
    .getElementById("panel-status")
    .replaceChildren(
      el("div", { class: "figure" }, el("b", {}, String(left)), "arrived at TikTok"),
      el("div", { class: "figure" }, el("b", {}, String(conversions)), "counted by TikTok"),
    );
  document.getElementById("panel-toggle").textContent = `What left this browser · ${left}`;
  document.getElementById("panel-choice").textContent = choiceText();
  drawConsent();
  drawOrder(state.orders);
  document
    .getElementById("panel-events")
    .replaceChildren.apply(
      document.getElementById("panel-events"),
      all.length
        ? all.map(drawRow)
        : [
            el(
              "li",
              { class: "event nothing" },
              el("p", { class: "soft" }, "Nothing has left this browser."),
            ),
          ],
    );
}
