// What the scripts of a page can have done to the language in the pixel's frame, and events made to
// hurt: each a script of that frame.
const names =
  "heard jar now do event privacy bridge status said key body acts storage cookie init retryAfter then get set value type done";

export const hostile = {
  "every object has a name for permission": `
    for (const name of ["marketingAllowed", "saleOfDataAllowed", "marketing", "sale_of_data", "granted"])
      Object.prototype[name] = true;
    Object.prototype.customerPrivacy = { marketingAllowed: true, saleOfDataAllowed: true };`,
  "every object has a toJSON": "Object.prototype.toJSON = function () { return this; }",
  "toJSON is Prototype.js's": `
    Array.prototype.toJSON = function () { return "[" + this.join(", ") + "]"; };
    String.prototype.toJSON = function () { return '"' + this + '"'; };
    Number.prototype.toJSON = function () { return String(this); };`,
  "toJSON throws": "Object.prototype.toJSON = function () { throw new TypeError('no'); }",
  "toJSON permits": `
    Object.prototype.toJSON = function () { return "marketingAllowed" in this ? { analyticsProcessingAllowed: false } : this; }`,
  "every array has more than its items": `
    Array.prototype.first = function () { return this[0]; };
    Object.prototype.extend = function () {};`,
  "what is set on an object is lost": `
    const lose = (name) => Object.defineProperty(Object.prototype, name, { __proto__: null, configurable: true, set() {}, get() {} });
    for (const name of ${JSON.stringify(names.split(" "))})
      lose(name);`,
  "what is set on an object throws": `
    for (const name of ["assent.fired", "assent.outbox", "assent.withdrawn", "cookie", "storage", "0", "1"])
      Object.defineProperty(Object.prototype, name, { __proto__: null, configurable: true, set() { throw new TypeError("no"); } });`,
  "arrays lose what is put into them": "Array.prototype.push = function () { return 0; }",
  "JSON is another": "JSON = { parse: () => ({}), stringify: () => '{}' }",
  "JSON throws": "JSON.stringify = () => { throw new TypeError('no'); }",
  "JSON.parse throws": "JSON.parse = () => { throw new TypeError('no'); }",
  "Promise is another": "Promise = function () { throw new TypeError('no'); }",
  "promises never settle": "Promise.prototype.then = function () { return this; }",
  "fetch throws": "fetch = () => { throw new TypeError('no'); }",
  "fetch never answers": "fetch = () => new Promise(() => {})",
  "fetch answers with nothing": "fetch = async () => undefined",
  "Uint8Array is another": "Uint8Array = function () { throw new TypeError('no'); }",
  "the clock is none": "Date.now = () => NaN",
  "there is no Map and no Set": "Map = Set = undefined",
  "the console throws": "console.warn = console.info = () => { throw new TypeError('no'); }",
};

/** By these the room takes Shopify for permitting: the hosted form then asks for its code, which names
 *  nothing; the gate, which reads what was told as JSON, grants nothing. */
export const opensRoom = ["every object has a name for permission"];

/** By these an event is not hindered on its way. */
export const harmless = [
  "every object has a name for permission",
  "every object has a toJSON",
  "every array has more than its items",
];

/** There the language itself does not work: what fails is thrown, and the frame's console shows it. */
export const broken = [
  "what is set on an object is lost",
  "what is set on an object throws",
  "Promise is another",
];

export const inside = {
  "a cycle":
    "(() => { const event = { name: 'page_viewed' }; event.data = event; return event; })()",
  "getters that throw":
    "({ get name() { throw new TypeError('jane@example.com'); }, get data() { throw 1; } })",
  "a proxy that throws":
    "new Proxy({}, new Proxy({}, { get: () => () => { throw new TypeError('no'); } }))",
  "a proxy that was revoked":
    "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()",
  "a BigInt": "({ name: 'page_viewed', data: { amount: 10n } })",
  "a symbol": "({ name: Symbol('x'), id: Symbol.iterator })",
  "no prototype": "Object.create(null)",
  nothing: "undefined",
  null: "null",
  "a number": "7",
  "a function": "(() => {})",
  "a text of 10 MB":
    "({ name: 'product_added_to_cart', id: 'sh-1', timestamp: '2026-03-02T09:00:00Z', data: { cartLine: { merchandise: { product: { title: 'x'.repeat(1e7) } } } } })",
  "a cart of 10 MB":
    "({ name: 'product_added_to_cart', id: 'sh-2', data: { cart: { lines: Array(500).fill({ title: 'x'.repeat(2e4) }) } } })",
  "ten thousand levels":
    "(() => { let deep = {}; for (let level = 0; level < 10000; level++) deep = { deep }; return { name: 'cart_viewed', data: deep }; })()",
  "a toJSON of its own": "({ name: 'cart_viewed', toJSON() { throw new TypeError('no'); } })",
  "a name that is an object": "({ name: { toString() { throw 1; } } })",
};
