// What the shop sells. Ids are numeric strings, as in real payloads.
var CURRENCY = "EUR";
var PRODUCTS = [
  {
    handle: "moka-pot",
    title: "Moka pot",
    id: "8123400000011",
    variant: "45123400000011",
    sku: "KK-MOKA-3",
    price: 34.9,
    type: "Coffee",
    note: "Three cups, cast aluminium.",
    art: "pot",
  },
  {
    handle: "stoneware-mug",
    title: "Stoneware mug",
    id: "8123400000022",
    variant: "45123400000022",
    sku: "KK-MUG-SAND",
    price: 15.25,
    type: "Tableware",
    note: "Wheel-thrown, 300 ml.",
    art: "mug",
  },
  {
    handle: "tea-tin",
    title: "Assam, first flush",
    id: "8123400000033",
    variant: "45123400000033",
    sku: "KK-TEA-ASSAM",
    price: 12.5,
    type: "Tea",
    note: "Loose leaf, 100 g tin.",
    art: "tin",
  },
  {
    handle: "breakfast-bowl",
    title: "Breakfast bowl",
    id: "8123400000044",
    variant: "45123400000044",
    sku: "KK-BOWL-BLUE",
    price: 18,
    type: "Tableware",
    note: "Glazed inside, raw outside.",
    art: "bowl",
  },
];
var SHIPPING = 4.9;

function product(handle) {
  return PRODUCTS.filter((item) => item.handle === handle)[0];
}
function cents(amount) {
  return Math.round(amount * 100) / 100;
}
function money(amount) {
  return { amount: cents(amount), currencyCode: CURRENCY };
}
function price(amount) {
  return new Intl.NumberFormat("en-IE", { style: "currency", currency: CURRENCY }).format(amount);
}
