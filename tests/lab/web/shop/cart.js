// The shopper's cart and running checkout. Shopify keeps them on its servers; the lab keeps them in
// `lab.shop` on this device.
var SHOP_KEY = "lab.shop";

function hex32() {
  return uuid().replace(/-/g, "");
}

function loadShop() {
  var kept = JSON.parse(localStorage.getItem(SHOP_KEY) || "null");
  return kept || { cartToken: hex32(), lines: [], checkout: null, orders: {} };
}

function saveShop(shop) {
  localStorage.setItem(SHOP_KEY, JSON.stringify(shop));
}

function addLine(handle, quantity) {
  var shop = loadShop();
  var line = shop.lines.filter((line) => line.handle === handle)[0];
  if (line) line.quantity += quantity;
  else shop.lines.push({ handle: handle, quantity: quantity });
  saveShop(shop);
}

function removeLine(handle) {
  var shop = loadShop();
  shop.lines = shop.lines.filter((line) => line.handle !== handle);
  saveShop(shop);
}

function beginCheckout() {
  var shop = loadShop();
  if (!shop.checkout) shop.checkout = { token: hex32(), form: null };
  shop.checkout.lines = shop.lines;
  saveShop(shop);
  return shop.checkout.token;
}

// A visit of Shopify's ends after half an hour without a page.
var VISIT_MS = 30 * 60 * 1000;

// Where a visit began stands on its order: the only place where a click id reaches the shop's own
// side.
function noteVisit() {
  var shop = loadShop();
  var now = Date.now();
  if (!shop.visit || now - shop.visit.at > VISIT_MS) {
    shop.visit = {
      landing: location.pathname + location.search,
      referrer: document.referrer || null,
    };
  }
  shop.visit.at = now;
  saveShop(shop);
}

// The order exists, the cart is empty, the thank-you page has not been seen. The shop's server is
// told at once, by a request that outlives the page: the order is paid even if the tab is closed
// now.
function placeOrder() {
  var shop = loadShop();
  var checkout = shop.checkout;
  var serial = 6807581000000 + Math.floor(Math.random() * 999999);
  var order = Object.assign({}, checkout, { orderId: String(serial), page: hex32(), seen: false });
  fetch("/lab/orders", {
    method: "POST",
    keepalive: true,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(orderPosted(order, shop)),
  });
  shop.orders[checkout.token] = order;
  shop.checkout = null;
  shop.lines = [];
  shop.cartToken = hex32();
  saveShop(shop);
  return checkout.token;
}

function quantity(lines) {
  return lines.reduce((sum, line) => sum + line.quantity, 0);
}
function subtotal(lines) {
  return cents(lines.reduce((sum, line) => sum + product(line.handle).price * line.quantity, 0));
}
