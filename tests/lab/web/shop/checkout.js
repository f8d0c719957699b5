// Checkout: information, payment, thank you; a second look at the thank-you page is the order
// status page, as in Shopify. E-mail and phone are prefilled the way people type them: odd case,
// national format.
var FORM = {
  email: " Anna.Beispiel@Example.com ",
  phone: "030 901820",
  firstName: "Anna",
  lastName: "Beispiel",
  address1: "Lindenallee 7",
  zip: "10117",
  city: "Berlin",
  country: "DE",
};
var FIELDS = [
  ["email", "E-mail", "email"],
  ["firstName", "First name", "given-name"],
  ["lastName", "Last name", "family-name"],
  ["address1", "Address", "street-address"],
  ["zip", "Postal code", "postal-code"],
  ["city", "City", "address-level2"],
  ["country", "Country", "country"],
  ["phone", "Phone", "tel"],
];
// How long a payment takes. Earlier events have time to leave, as in a real checkout.
var PROCESSING_MS = 900;

function steps(now) {
  return el(
    "ol",
    { class: "steps" },
    ["information", "payment", "thank-you"].map((step) =>
      el(
        "li",
        step === now ? { "aria-current": "step" } : {},
        step === "thank-you" ? "Done" : step[0].toUpperCase() + step.slice(1),
      ),
    ),
  );
}

function summary(checkout) {
  return el(
    "aside",
    { class: "summary" },
    checkout.lines.map((line) =>
      el(
        "div",
        { class: "total" },
        el("span", {}, `${line.quantity} × ${product(line.handle).title}`),
        el("span", {}, price(product(line.handle).price * line.quantity)),
      ),
    ),
    el("div", { class: "total soft" }, el("span", {}, "Shipping"), el("span", {}, price(SHIPPING))),
    el(
      "div",
      { class: "total strong" },
      el("span", {}, "Total"),
      el("strong", {}, price(subtotal(checkout.lines) + SHIPPING)),
    ),
  );
}

function current(token) {
  var checkout = loadShop().checkout;
  return checkout && checkout.token === token ? checkout : null;
}

function updateCheckout(change) {
  var shop = loadShop();
  Object.assign(shop.checkout, change);
  saveShop(shop);
  return shop.checkout;
}

var CHECKOUT_PAGES = {
  information: (token) => {
    var checkout = current(token);
    if (!checkout) return missing();
    var values = checkout.form || FORM;
    var fields = FIELDS.map((field) =>
      el(
        "label",
        { class: `field ${field[0]}` },
        el("span", {}, field[1]),
        // text, not email: browsers would strip the blanks a sloppy checkout lets through
        el("input", { name: field[0], value: values[field[0]], autocomplete: field[2] }),
      ),
    );
    var form = el(
      "form",
      {
        id: "information",
        onsubmit: (event) => {
          event.preventDefault();
          submit(form);
        },
      },
      el("div", { class: "fields" }, fields),
      el("button", { class: "button wide" }, "Continue to payment"),
    );
    return {
      title: "Checkout – Information",
      checkout: true,
      body: [steps("information"), el("h1", {}, "Contact and address"), form, summary(checkout)],
      afterwards: () => {
        publishEvent("checkout_started", checkoutPayload(checkout));
      },
    };
  },
  payment: (token) => {
    var checkout = current(token);
    if (!checkout?.form) return missing();
    var buttons = el(
      "div",
      {},
      el(
        "button",
        {
          class: "button wide",
          id: "pay",
          onclick: () => {
            pay(checkout, buttons, thanks);
          },
        },
        `Pay ${price(subtotal(checkout.lines) + SHIPPING)}`,
      ),
      el(
        "button",
        {
          class: "button quiet wide",
          id: "pay-and-close",
          onclick: () => {
            pay(checkout, buttons, closed);
          },
        },
        "Pay, and close the tab",
      ),
    );
    return {
      title: "Checkout – Payment",
      checkout: true,
      body: [
        steps("payment"),
        el("h1", {}, "Payment"),
        el("p", { class: "soft" }, "VISA ending in 4242. Nothing is charged."),
        buttons,
        summary(checkout),
      ],
    };
  },
  "thank-you": (token) => {
    var order = loadShop().orders[token];
    if (!order) return missing();
    if (order.seen)
      return { title: "Order", body: [], redirect: `/${lab.shopId}/orders/${order.page}` };
    return {
      title: "Thank you for your purchase!",
      checkout: true,
      body: [
        steps("thank-you"),
        el("h1", {}, `Thank you, ${order.form.firstName}!`),
        el(
          "p",
          {},
          `Order ${order.orderId} is on its way to nobody. Reload this page: it becomes the order status page, and nothing is counted twice.`,
        ),
        summary(order),
        el("a", { class: "button quiet", href: "/" }, "Back to the shop"),
      ],
      afterwards: () => {
        var shop = loadShop();
        shop.orders[token].seen = true;
        saveShop(shop);
        publishEvent("checkout_completed", checkoutPayload(order));
      },
    };
  },
};

function submit(form) {
  var values = Object.fromEntries(new FormData(form));
  if (values.email.indexOf("@") < 1) {
    publishEvent("alert_displayed", {
      alert: {
        message: "Enter a valid email",
        target: "cart.buyerIdentity.email",
        type: "CONTACT_ERROR",
        value: values.email,
      },
    });
    form.elements.email.setAttribute("aria-invalid", "true");
    return;
  }
  var checkout = updateCheckout({ form: values });
  [
    "checkout_contact_info_submitted",
    "checkout_address_info_submitted",
    "checkout_shipping_info_submitted",
  ].forEach((name) => {
    publishEvent(name, checkoutPayload(checkout));
  });
  location.href = `/checkouts/cn/${checkout.token}/payment`;
}

// Where the shopper goes once it is paid. A script may not close its tab: another page, and never
// the thank-you page, is as good.
function thanks(token) {
  return `/checkouts/cn/${token}/thank-you`;
}
function closed() {
  return "/pages/tab-closed";
}

function pay(checkout, buttons, next) {
  buttons.querySelectorAll("button").forEach((button) => {
    button.disabled = true;
  });
  buttons.firstChild.textContent = "Processing…";
  publishEvent("payment_info_submitted", checkoutPayload(checkout));
  var token = placeOrder();
  if (lab.panel) noteBought(next === closed);
  // A test says itself how long the page waits.
  var processed =
    lab.processing ||
    new Promise((resolve) => {
      setTimeout(resolve, PROCESSING_MS);
    });
  processed.then(() => {
    location.href = next(token);
  });
}

function orderStatus(page) {
  var order = Object.values(loadShop().orders).filter((order) => order.page === page)[0];
  if (!order) return missing();
  return {
    title: `Order ${order.orderId}`,
    checkout: true,
    body: [
      el("h1", {}, `Order ${order.orderId}`),
      el(
        "p",
        {},
        "Confirmed. This is the order status page: Shopify reports no purchase from here.",
      ),
      summary(order),
      el("a", { class: "button quiet", href: "/" }, "Back to the shop"),
    ],
  };
}
