// Event data in the shapes Shopify sends (docs/facts/shopify.md#payloads), with what the documentation leaves out and
// real payloads have: numeric-string ids, country codes, upper-case enums, fields nobody documented.
function productVariant(item) {
  return {
    id: item.variant, title: 'Default Title', untranslatedTitle: 'Default Title', sku: item.sku, price: money(item.price),
    image: { src: '//' + location.host + '/cdn/shop/files/' + item.handle + '.jpg?v=1761000000' },
    product: {
      id: item.id, title: item.title, vendor: 'Kiln & Kettle', type: item.type,
      url: '/products/' + item.handle + '?_pos=1', untranslatedTitle: item.title,
    },
  };
}

function cartLine(line) {
  var item = product(line.handle);
  return { cost: { totalAmount: money(item.price * line.quantity) }, merchandise: productVariant(item), quantity: line.quantity };
}

function cartPayload() {
  var shop = loadShop();
  if (!shop.lines.length) return null;
  return {
    id: 'gid://shopify/Cart/' + shop.cartToken + '?key=' + shop.cartToken.slice(0, 16), attributes: [],
    cost: { totalAmount: money(subtotal(shop.lines)) }, lines: shop.lines.map(cartLine), totalQuantity: quantity(shop.lines),
  };
}

function customerPayload() { return lab.settings.customer; }

function pageData() {
  return {
    customer: customerPayload(), cart: cartPayload(), purchasingCompany: null,
    shop: {
      countryCode: 'DE', myshopifyDomain: lab.shopDomain, name: 'Kiln & Kettle',
      paymentSettings: { currencyCode: CURRENCY }, storefrontUrl: location.origin,
    },
  };
}

function address(form) {
  return {
    address1: form.address1, address2: null, city: form.city, country: form.country, countryCode: form.country,
    firstName: form.firstName, lastName: form.lastName, phone: form.phone || null, province: null, provinceCode: null, zip: form.zip,
  };
}

function checkoutLine(line) {
  var item = product(line.handle);
  return {
    id: item.variant, title: item.title, quantity: line.quantity, variant: productVariant(item), discountAllocations: [],
    finalLinePrice: money(item.price * line.quantity), properties: [], sellingPlanAllocation: null, lineComponents: [],
  };
}

// A checkout before (`order` absent) and after payment.
function checkoutPayload(checkout) {
  var form = checkout.form;
  var goods = subtotal(checkout.lines);
  var total = cents(goods + SHIPPING);
  var tax = cents(total - total / 1.19);
  var paid = Boolean(checkout.orderId);
  return { checkout: {
    attributes: [], billingAddress: form ? address(form) : null, shippingAddress: form ? address(form) : null,
    buyerAcceptsEmailMarketing: false, buyerAcceptsSmsMarketing: false, currencyCode: CURRENCY,
    delivery: form ? { selectedDeliveryOptions: [{
      cost: money(SHIPPING), costAfterDiscounts: money(SHIPPING), description: null, handle: 'standard', title: 'Standard', type: 'SHIPPING',
    }] } : null,
    discountApplications: [], discountsAmount: money(0),
    email: form ? form.email : null, phone: form ? form.phone || null : null, smsMarketingPhone: null,
    lineItems: checkout.lines.map(checkoutLine), targetLineItems: [],
    localization: { country: { isoCode: 'DE' }, language: { isoCode: 'en-DE' }, market: { id: 'gid://shopify/Market/4561234', handle: 'de' } },
    order: paid
      ? { id: checkout.orderId, customer: { id: '7412300000123', isFirstOrder: true } }
      : { id: null, customer: null },
    shippingLine: form ? { price: money(SHIPPING) } : null,
    subtotalPrice: money(goods), totalPrice: money(total), totalTax: money(tax), token: checkout.token,
    transactions: paid ? [{ amount: money(total), gateway: 'shopify_payments', paymentMethod: { name: 'VISA', type: 'CREDIT_CARD' } }] : [],
  } };
}

// What the shop's server makes an order of; its ids are numbers, as in Shopify's own interfaces.
function orderPosted(order, shop) {
  return {
    order_id: Number(order.orderId), token: order.token, cart_token: shop.cartToken, form: order.form,
    lines: order.lines.map(function (line) {
      var item = product(line.handle);
      return { product_id: Number(item.id), variant_id: Number(item.variant), sku: item.sku, title: item.title, quantity: line.quantity, price: item.price };
    }),
    shipping: SHIPPING, currency: CURRENCY, landing_site: shop.visit.landing, referring_site: shop.visit.referrer,
  };
}

// One example of every standard event, for tests that publish by hand: `lab.example('alert_displayed')`.
function example(name) {
  var shop = loadShop();
  var first = PRODUCTS[0];
  var line = { handle: first.handle, quantity: 1 };
  var checkout = shop.checkout || { token: hex32(), form: null, lines: [line] };
  switch (name) {
    case 'page_viewed': return {};
    case 'product_viewed': return { productVariant: productVariant(first) };
    case 'product_added_to_cart': case 'product_removed_from_cart': return { cartLine: cartLine(line) };
    case 'cart_viewed': return { cart: cartPayload() };
    case 'collection_viewed': return { collection: { id: '', title: 'Products', productVariants: PRODUCTS.map(productVariant) } };
    case 'search_submitted': return { searchResult: { query: 'mug', productVariants: [productVariant(PRODUCTS[1])] } };
    case 'alert_displayed': return { alert: { message: 'Enter a valid email', target: 'cart.buyerIdentity.email', type: 'CONTACT_ERROR', value: 'anna@' } };
    case 'ui_extension_errored': return { error: {
      apiVersion: '2026-10', appId: 'gid://shopify/App/1', appName: 'Lab', appVersion: '1', extensionName: 'lab', extensionTarget: 'purchase.checkout.block.render',
      message: 'undefined is not a function', placementReference: null, trace: 'at lab', type: 'EXTENSION_USAGE_ERROR',
    } };
    default: return checkoutPayload(checkout);
  }
}
