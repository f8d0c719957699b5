// What Shopify told the endpoint of the shop's orders, and what a merchant may do to the last one.
var ORDER_ACTIONS = [
  ["tell", "Tell of it again", "orders/paid"],
  ["cancel", "Cancel", "orders/cancelled"],
  ["refund", "Refund", "refunds/create"],
];

function drawWebhook(webhook) {
  var last = webhook.attempts[webhook.attempts.length - 1];
  var arrived = webhook.status >= 200 && webhook.status < 300;
  var answer = !last ? "on its way" : last.status ? String(last.status) : "no answer";
  var again = webhook.attempts.length > 1 ? `, after ${webhook.attempts.length} tries` : "";
  return el(
    "li",
    { class: "event webhook" },
    el(
      "p",
      {},
      el("span", { class: "soft" }, "Shopify told the endpoint: "),
      el("strong", {}, webhook.topic),
      webhook.order ? ` ${webhook.order} ` : " ",
      el(
        "span",
        { class: `chip ${arrived ? "good" : last ? "bad" : "soft"}`, title: last?.error || "" },
        answer + again,
      ),
      el("time", {}, clock(webhook.at_ms)),
    ),
  );
}

function actOnOrder(topic) {
  fetch("/lab/webhooks", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ topic: topic }),
  }).then(poll);
}

function drawOrder(orders) {
  var place = document.getElementById("panel-order");
  place.replaceChildren();
  if (!lab.webhooks || !orders.length) return;
  place.append(
    el(
      "p",
      { class: "order" },
      el("span", {}, `Order ${orders[orders.length - 1]}`),
      ORDER_ACTIONS.map((action) =>
        el(
          "button",
          {
            class: "link",
            id: `order-${action[0]}`,
            onclick: () => {
              actOnOrder(action[2]);
            },
          },
          action[1],
        ),
      ),
    ),
  );
}
