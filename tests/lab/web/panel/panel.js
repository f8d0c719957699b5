// "What left this browser": what the stand-in for TikTok received over both legs, what it counts,
// what went to the endpoint, and what the module says it withheld. Received and counted come from the
// stand-in; decisions are the module's debug lines, kept for this tab.
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
    el("pre", { tabindex: "0", "aria-label": "What was sent" }, pretty(copy.request.body)),
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
  if (row.sent) return drawSent(row.sent);
  return el(
    "li",
    { class: row.copies.length ? "event" : "event nothing" },
    el(
      "div",
      { class: "event-head" },
      el("strong", {}, row.times > 1 ? `${row.name} × ${row.times}` : row.name),
      row.id ? shortId(row.id) : el("span", { class: "soft" }, row.copies.length ? "no id" : ""),
      row.id ? verdict(row) : null,
    ),
    row.copies.sort((a, b) => a.at - b.at).map(drawCopy),
    drawSaid(row.said, row.copies.length),
  );
}

function choiceText() {
  var said = shopperSaid();
  if (said === "yes") return "You accepted.";
  if (said === "no") return "You declined.";
  return CMPS[lab.settings.cmp] || lab.settings.region === "eu"
    ? "You have not answered the banner."
    : "No banner here: allowed unless you decline.";
}

// Of the newest order, in one sentence.
function orderText(all, state) {
  var last = bought().slice(-1)[0];
  if (!last) return "";
  var order = state.orders[state.orders.length - 1] || "";
  var row = purchaseOf(last, all);
  if (row) {
    const legs = [
      cameFrom(row, "browser") && "browser",
      cameFrom(row, "events_api") && "server",
    ].filter(Boolean);
    const how = last.closed ? ", recovered from the order" : "";
    return `Order ${order}: one Purchase, ${row.id ? `${row.id.slice(0, 4)}…${row.id.slice(-4)}` : "no id"}, ${legs.join(" + ")}${how}, ${countedOnce(row) ? "counted once" : "not counted once"}.`;
  }
  return last.answer === "yes"
    ? `Order ${order}: paid; its Purchase has not arrived yet.`
    : `Order ${order}: not reported, because there is no yes. That is right.`;
}

// A row that says the same keeps its element: what was opened stays open, and the keyboard stays
// where it is. In one that changed both are put back.
var drawnRows = new Map();

function drawRows(list, all) {
  var nodes = all.map((row) => {
    var text = JSON.stringify(row);
    var before = drawnRows.get(row.key);
    if (before?.text === text) return before.node;
    var node = drawRow(row);
    if (before) takeOver(before.node, node);
    drawnRows.set(row.key, { text: text, node: node });
    return node;
  });
  var keys = new Set(all.map((row) => row.key));
  drawnRows.forEach((drawn, key) => {
    if (!keys.has(key)) {
      drawn.node.remove();
      drawnRows.delete(key);
    }
  });
  nodes.forEach((node, index) => {
    if (list.children[index] !== node) list.insertBefore(node, list.children[index] || null);
  });
}

function takeOver(old, node) {
  var opened = Array.from(old.querySelectorAll("details"), (one) => one.open);
  node.querySelectorAll("details").forEach((one, index) => {
    one.open = opened[index] || false;
  });
  var place = Array.from(old.querySelectorAll("summary")).indexOf(document.activeElement);
  var hadFocus = old.contains(document.activeElement);
  old.replaceWith(node);
  if (hadFocus) node.querySelectorAll("summary")[Math.max(place, 0)]?.focus();
}

function figure(number, words) {
  return el("div", { class: "figure" }, el("b", {}, String(number)), words);
}

// What changed, in one line, for whoever listens instead of looking.
function drawNews(text) {
  var news = document.getElementById("panel-news");
  if (news.textContent !== text) news.textContent = text;
}

function drawPanel(state) {
  var all = rows(state);
  var counted = all.filter((row) => row.name === "Purchase" && countedOnce(row)).length;
  var withheld = decisions().filter((one) => one.state === "withheld" || one.state === "refused");
  var [endpoint, tiktok] = [toEndpoint().length, state.received.length];
  document
    .getElementById("panel-status")
    .replaceChildren(
      figure(`${counted} of ${state.orders.length}`, "orders counted as a Purchase"),
      figure(withheld.length, "events withheld"),
      figure(endpoint, "messages to your endpoint"),
      figure(tiktok, "arrived at TikTok"),
    );
  document.getElementById("panel-toggle").textContent =
    `What left this browser · ${endpoint + tiktok}`;
  document.getElementById("panel-choice").textContent = choiceText();
  drawConsent();
  drawOrder(state.orders);
  drawTicks(all, state);
  document.getElementById("panel-outcome").textContent = orderText(all, state);
  drawNews(`${choiceText()} ${orderText(all, state)} ${tiktok} arrived at TikTok.`);
  document.getElementById("panel-none").hidden = all.length > 0;
  drawRows(document.getElementById("panel-events"), all);
}
