// Draws the page that the address names, then publishes its events: page_viewed first, then the
// page's own.
var publishEvent;

function route() {
  var path = location.pathname;
  var found = /^\/products\/([^/]+)$/.exec(path);
  if (found) return STORE_PAGES.product(found[1]);
  found = /^\/checkouts\/cn\/([0-9a-f]{32})\/(information|payment|thank-you)$/.exec(path);
  if (found) return CHECKOUT_PAGES[found[2]](found[1]);
  found = /^\/\d+\/orders\/([0-9a-f]{32})$/.exec(path);
  if (found) return orderStatus(found[1]);
  if (path === "/pages/tab-closed") return tabClosed();
  var named = {
    "/": "home",
    "/collections/all": "collection",
    "/search": "search",
    "/cart": "cart",
  }[path];
  return named ? STORE_PAGES[named]() : missing();
}

function showCartCount() {
  var count = quantity(loadShop().lines);
  document.getElementById("cart-count").textContent = count ? String(count) : "";
}

function header() {
  return el(
    "header",
    {},
    el("a", { class: "brand", href: "/" }, "Kiln & Kettle"),
    el(
      "form",
      { class: "search", action: "/search", role: "search" },
      el("input", {
        name: "q",
        placeholder: "Search",
        "aria-label": "Search",
        value: new URLSearchParams(location.search).get("q") || "",
      }),
    ),
    el(
      "nav",
      {},
      el("a", { href: "/collections/all" }, "Products"),
      el("a", { href: "/cart" }, "Cart ", el("span", { id: "cart-count", class: "count" })),
    ),
  );
}

function footer(page) {
  var asks = lab.settings.cmp === "shopify" || runningCmp(page) !== null;
  return el(
    "footer",
    {},
    asks &&
      el(
        "button",
        {
          class: "link",
          id: "cookie-settings",
          onclick: () => {
            drawBanner(true);
          },
        },
        "Cookie settings",
      ),
    el("span", { class: "soft" }, "A shop of the Assent lab"),
  );
}

function render() {
  var page = route();
  document.title = page.title;
  document
    .getElementById("shop")
    .replaceChildren(
      header(),
      el("main", { class: page.checkout && "checkout", tabindex: "-1" }, page.body),
      footer(page),
    );
  showCartCount();
  return page;
}

// Shopify's own DOM events, without context, as in the types.
function publishDomEvents(publish) {
  function described(node) {
    return {
      href: node.href || null,
      id: node.id || null,
      name: node.name || null,
      tagName: node.tagName || null,
      type: node.type || null,
      value: node.value || null,
    };
  }
  document.addEventListener(
    "click",
    (event) => {
      publish("clicked", {
        clientX: event.clientX,
        clientY: event.clientY,
        movementX: event.movementX,
        movementY: event.movementY,
        offsetX: event.offsetX,
        offsetY: event.offsetY,
        pageX: event.pageX,
        pageY: event.pageY,
        screenX: event.screenX,
        screenY: event.screenY,
        element: described(event.target),
      });
    },
    true,
  );
  document.addEventListener(
    "submit",
    (event) => {
      publish("form_submitted", {
        element: {
          action: event.target.action || null,
          id: event.target.id || null,
          elements: Array.from(event.target.elements).map(described),
        },
      });
    },
    true,
  );
  [
    ["focusin", "input_focused"],
    ["focusout", "input_blurred"],
    ["change", "input_changed"],
  ].forEach((pair) => {
    document.addEventListener(
      pair[0],
      (event) => {
        if (event.target instanceof HTMLInputElement)
          publish(pair[1], { element: described(event.target) });
      },
      true,
    );
  });
}

function startShop() {
  if (lab.panel) forgetAnotherTool();
  noteVisit();
  var page = render();
  if (page.redirect) {
    location.replace(page.redirect);
    return;
  }
  var cmp = runningCmp(page);
  if (cmp) startCmp(cmp);
  publishEvent = startPixels(lab.settings.pixels);
  publishDomEvents(publishEvent);
  publishEvent("page_viewed", {});
  if (page.afterwards) page.afterwards();
  drawBanner(bannerIsDue(page));
  // For tests and the curious.
  lab.publish = publishEvent;
  lab.example = example;
  lab.record = (slug, choice) => {
    writeRecords(CMPS[slug], choice, visitNow(1));
  };
  lab.recordKeys = (slug) => (CMPS[slug] ? recordKeys(CMPS[slug]).map((record) => record.key) : []);
  if (lab.panel) startPanel();
}

if (lab.selfcheck) startSelfcheck();
else startShop();
