// Shopify's event bus (docs/facts/shopify.md#the-event-bus): an event is made once, with one id for every subscriber,
// kept, and replayed to whoever comes late. Where a buffer is full the oldest stay.
var STANDARD = ['alert_displayed', 'cart_viewed', 'checkout_address_info_submitted', 'checkout_completed',
  'checkout_contact_info_submitted', 'checkout_shipping_info_submitted', 'checkout_started', 'collection_viewed',
  'page_viewed', 'payment_info_submitted', 'product_added_to_cart', 'product_removed_from_cart', 'product_viewed',
  'search_submitted', 'ui_extension_errored'];
var DOM = ['clicked', 'form_submitted', 'input_blurred', 'input_changed', 'input_focused'];
var LIMITS = { standard: Infinity, custom: 1000, dom: 1000 };
var GROUPS = { all_events: null, all_standard_events: 'standard', all_custom_events: 'custom', all_dom_events: 'dom' };

function createBus() {
  var kept = { standard: [], custom: [], dom: [] };
  var subscribers = new Set();

  function wants(name, event) {
    return name in GROUPS ? GROUPS[name] === null || GROUPS[name] === event.type : name === event.name;
  }

  return {
    publish: function (event) {
      if (kept[event.type].length < LIMITS[event.type]) kept[event.type].push(event);
      subscribers.forEach(function (subscriber) { if (wants(subscriber.name, event)) subscriber.callback(event); });
    },
    subscribe: function (name, callback) {
      var subscriber = { name: name, callback: callback };
      var earlier = kept.standard.concat(kept.custom, kept.dom).filter(function (event) { return wants(name, event); });
      earlier.sort(function (a, b) { return a.seq - b.seq; }).forEach(callback);
      subscribers.add(subscriber);
      return function () { return subscribers.delete(subscriber); };
    },
  };
}

// One kind of message, buffered the same way: the privacy bus.
function createPrivacyBus() {
  var kept = [];
  var subscribers = new Set();
  return {
    publish: function (event) {
      if (kept.length < 1000) kept.push(event);
      subscribers.forEach(function (callback) { callback(event); });
    },
    subscribe: function (callback) {
      kept.forEach(callback);
      subscribers.add(callback);
      return function () { return subscribers.delete(callback); };
    },
  };
}

function uuid() { return crypto.randomUUID(); }

// Shopify's ids: "sh-", eight lower-case digits, the rest upper case.
function eventId() {
  var id = uuid();
  return 'sh-' + id.slice(0, 8) + id.slice(8).toUpperCase();
}

function createPublisher(bus, clientId) {
  var seq = 0;
  return function publish(name, data) {
    var type = STANDARD.indexOf(name) >= 0 ? 'standard' : DOM.indexOf(name) >= 0 ? 'dom' : 'custom';
    var event = { id: eventId(), clientId: clientId, timestamp: new Date().toISOString(), seq: seq++, name: name, type: type };
    if (type !== 'dom') event.context = pageContext();
    event[type === 'custom' ? 'customData' : 'data'] = data === undefined ? null : JSON.parse(JSON.stringify(data));
    bus.publish(event);
    return event;
  };
}
