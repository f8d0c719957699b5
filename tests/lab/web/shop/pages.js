// The storefront: home, collection, product, search, cart. Each is a page load of its own, as in
// Shopify.
function productCard(item) {
  return el(
    "a",
    { class: "card", href: `/products/${item.handle}` },
    art(item),
    el(
      "div",
      { class: "card-text" },
      el("strong", {}, item.title),
      el("span", { class: "price" }, price(item.price)),
    ),
  );
}

function add(item, button) {
  addLine(item.handle, 1);
  publishEvent("product_added_to_cart", {
    cartLine: cartLine({ handle: item.handle, quantity: 1 }),
  });
  showCartCount();
  button.textContent = "Added to your cart";
  var next = el("a", { class: "button quiet", href: "/cart" }, "Go to cart");
  button.after(next);
  button.disabled = true;
  next.focus();
}

var STORE_PAGES = {
  home: () => ({
    title: "Kiln & Kettle",
    body: [
      el(
        "section",
        { class: "hero" },
        el("h1", {}, "For slow mornings"),
        el(
          "p",
          {},
          "Four things worth having by the stove. Nothing here is for sale: this is the shop of the lab.",
        ),
      ),
      el("div", { class: "grid" }, PRODUCTS.map(productCard)),
      newsletter(),
    ],
  }),
  collection: () => ({
    title: "Products",
    body: [el("h1", {}, "Products"), el("div", { class: "grid" }, PRODUCTS.map(productCard))],
    afterwards: () => {
      publishEvent("collection_viewed", {
        collection: { id: "", title: "Products", productVariants: PRODUCTS.map(productVariant) },
      });
    },
  }),
  product: (handle) => {
    var item = product(handle);
    if (!item) return missing();
    var button = el(
      "button",
      {
        class: "button",
        id: "add",
        onclick: () => {
          add(item, button);
        },
      },
      "Add to cart",
    );
    return {
      title: item.title,
      body: [
        el(
          "div",
          { class: "product" },
          art(item),
          el(
            "div",
            {},
            el("h1", {}, item.title),
            el("p", { class: "price big" }, price(item.price)),
            el("p", {}, item.note),
            el("div", { class: "row" }, button),
          ),
        ),
      ],
      afterwards: () => {
        publishEvent("product_viewed", { productVariant: productVariant(item) });
      },
    };
  },
  search: () => {
    var query = new URLSearchParams(location.search).get("q") || "";
    var found = PRODUCTS.filter(
      (item) => `${item.title} ${item.type}`.toLowerCase().indexOf(query.trim().toLowerCase()) >= 0,
    );
    return {
      title: `Search: ${query}`,
      body: [
        el("h1", {}, found.length ? `Found for “${query}”` : `Nothing found for “${query}”`),
        el("div", { class: "grid" }, found.map(productCard)),
      ],
      afterwards: () => {
        publishEvent("search_submitted", {
          searchResult: { query: query, productVariants: found.map(productVariant) },
        });
      },
    };
  },
  cart: () => {
    var lines = loadShop().lines;
    if (!lines.length) {
      return {
        title: "Your cart",
        body: [
          el("h1", {}, "Your cart is empty"),
          el("a", { class: "button", href: "/" }, "Look around"),
        ],
        afterwards: () => {
          publishEvent("cart_viewed", { cart: null });
        },
      };
    }
    return {
      title: "Your cart",
      body: [
        el("h1", {}, "Your cart"),
        el("div", { class: "lines" }, lines.map(cartRow)),
        el(
          "div",
          { class: "total" },
          el("span", {}, "Subtotal"),
          el("strong", {}, price(subtotal(lines))),
        ),
        el(
          "button",
          {
            class: "button wide",
            id: "checkout",
            onclick: () => {
              location.href = `/checkouts/cn/${beginCheckout()}/information`;
            },
          },
          "Check out",
        ),
      ],
      afterwards: () => {
        publishEvent("cart_viewed", { cart: cartPayload() });
      },
    };
  },
};

// Where the lab's "Pay, and close the tab" ends.
function tabClosed() {
  return {
    title: "As if the tab were closed",
    body: [
      el("h1", {}, "As if the tab were closed"),
      el(
        "p",
        {},
        "The order is paid, and its thank-you page was never shown: no pixel has seen this purchase.",
      ),
      el(
        "p",
        { class: "soft" },
        lab.webhooks
          ? "Shopify tells the endpoint of it by itself. Whether the endpoint may report it depends on the yes it has on record."
          : "This lab was started without webhooks: nobody will hear of it.",
      ),
      el("a", { class: "button quiet", href: "/" }, "Back to the shop"),
    ],
  };
}

function cartRow(line) {
  var item = product(line.handle);
  return el(
    "div",
    { class: "line" },
    art(item),
    el(
      "div",
      { class: "grow" },
      el("strong", {}, item.title),
      el("div", { class: "soft" }, `${line.quantity} × ${price(item.price)}`),
    ),
    el(
      "button",
      {
        class: "link",
        "aria-label": `Remove ${item.title}`,
        onclick: () => {
          publishEvent("product_removed_from_cart", { cartLine: cartLine(line) });
          removeLine(line.handle);
          render();
        },
      },
      "Remove",
    ),
  );
}

// A custom event of the theme's, which a merchant may route.
function newsletter() {
  return el(
    "form",
    {
      class: "newsletter",
      id: "newsletter",
      onsubmit: function (event) {
        event.preventDefault();
        Shopify.analytics.publish("newsletter_joined", {
          list: "footer",
          email: this.elements.email.value,
        });
        this.replaceChildren(el("p", {}, "Thank you. (Custom event newsletter_joined.)"));
      },
    },
    el("label", { for: "newsletter-email" }, "A letter now and then"),
    el(
      "div",
      { class: "row" },
      el("input", {
        id: "newsletter-email",
        name: "email",
        type: "email",
        required: true,
        value: "anna.beispiel@example.com",
      }),
      el("button", { class: "button quiet" }, "Join"),
    ),
  );
}

function missing() {
  return {
    title: "Not found",
    body: [
      el("h1", {}, "There is nothing here"),
      el("a", { class: "button", href: "/" }, "Back to the shop"),
    ],
  };
}
