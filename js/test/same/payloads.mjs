// What Shopify hands a pixel (`init`, events, the signal of consent), in real shapes, with
// something wrong in some.
import fc from "fast-check";
import { vectors } from "../vectors.mjs";
import { digits, hex, mostly, number, odd, record, sometimesWarped, text } from "./values.mjs";

const own = "shop.acme.example";
const hosts = [
  own,
  own,
  own,
  own,
  "acme.myshopify.com",
  "SHOP.acme.example:8443",
  "checkout.acme.example",
  "user:secret@shop.acme.example",
];
const token = fc.constantFrom(
  "3f9a1c0b7d2e4f60a1b2c3d4e5f60718",
  "00000000000000000000000000000000",
);
const paths = [
  "/",
  "",
  "/products/mug",
  "/en-gb/collections/all",
  "/checkouts/cn/3f9a1c0b7d2e4f60a1b2c3d4e5f60718/information",
  "/12345/orders/abc/thank-you",
  "/pt-BR/account/login",
  "/a/../checkouts/x",
  "/%63heckouts/x",
  "/%zz",
  "/ünïcode/\u{1F600}",
  "/checkouts\\x",
  "/de/gift_cards/65432100/0123456789abcdef",
  "/blogs/news/+49-151-12345678",
  "//products//caf%C3%A9/",
  "/products/jane%2540example.com",
  "/apps/quiz/a/b",
  "/ref/jane",
];
const parameters = [
  "assent_debug=1",
  "assent_debug",
  "ttclid=E.C.P.Aa_-9",
  "ttclid=E.C.P.other",
  "ttclid=%F0%9F%98%80",
  "ttclid=%ff",
  "ttclid=",
  "utm_source=tiktok&utm_medium=paid",
  "variant=4711",
  "email=jane@example.com",
  "key=9c",
  "ref=friend",
  `ttclid=${"x".repeat(2049)}`,
  "=&&==",
  "utm_content=jane%2540example.com",
  "utm_term=%2B49+151+12345678",
  "utm_campaign=%EF%BC%A0%",
  "utm_id=%%AD_ID%%&utm_source=__x__",
  "ttclid=__CLICKID__&ttclid=E.C.P.real",
];

function url(...fixed) {
  const query = fc
    .array(fc.constantFrom(...parameters), { maxLength: 3 })
    .map((own) => [...fixed, ...own].join("&"));
  const parts = fc.tuple(
    fc.constantFrom("https", "https", "https", "HTTP"),
    fc.constantFrom(...hosts),
    fc.constantFrom(...paths),
    query,
    fc.constantFrom("", "", "#top"),
  );
  const whole = parts.map(
    ([scheme, host, path, query, fragment]) =>
      `${scheme}://${host}${path}${query && `?${query}`}${fragment}`,
  );
  return mostly(
    whole,
    12,
    fc.constantFrom(
      "",
      "about:blank",
      "javascript:alert(1)",
      "https://",
      "//shop.acme.example/",
      " https://shop.acme.example/x ",
      "https://shöp.example/",
    ),
    odd,
  );
}

const referrer = mostly(
  fc.constantFrom(
    "",
    `https://${own}/collections/all?ttclid=E.C.P.referred`,
    "https://www.tiktok.com/@someone?x=1",
  ),
  5,
  url(),
);

function context(href) {
  const location = href.map((href) => ({ href }));
  const userAgent = text(
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X)",
    "Mozilla/5.0 (X11; Linux x86_64)",
  );
  return record({
    document: mostly(record({ location, referrer, title: odd }), 8, record({ referrer })),
    navigator: record({
      language: text("de-DE", "en", "ja-JP"),
      userAgent,
      cookieEnabled: fc.boolean(),
    }),
    window: record({ location, innerWidth: fc.nat(4000) }),
  });
}

// ── people

const phones = vectors("phones.json");
/** Contacts with signs that nobody sees, or that look otherwise than they are written. */
const contacts = vectors("contacts.json");
const ofField = (field) => contacts.filter((row) => row.field === field).map(({ input }) => input);
const emailAddress = fc
  .tuple(
    text("Jane.Doe", "JANE", "jane+tag", " o'brien ", "ΟΔΥΣΣΕΥΣ", "josé", "a b", ""),
    fc.constantFrom("@", "@", "@", "@", "", "@@"),
    text("Example.COM", "gmail.com", "exämple.de", "example.com ", "İSTANBUL.example"),
  )
  .map((parts) => parts.join(""));
const email = mostly(
  emailAddress,
  8,
  hex(64),
  fc.constant(null),
  fc.constantFrom(...ofField("email")),
  fc.constantFrom(...ofField("email")),
);
/** A phone number with the country it belongs to, or another one. */
const phone = fc
  .tuple(
    fc.constantFrom(...phones),
    fc.constantFrom("as it is", "as it is", "as it is", "dressed", "full-width", "elsewhere"),
    odd,
  )
  .map(([{ input, country }, how, other]) => ({
    phone: {
      "as it is": input,
      dressed: ` (${input.slice(0, 3)}) ${input.slice(3, 6)}-${input.slice(6)} ext`,
      "full-width": input.replaceAll("7", "７"),
      elsewhere: input + other,
    }[how],
    countryCode: how === "elsewhere" ? "US" : country,
  }));
const name = text(
  "Jane",
  "O’Brien-Smith Jr.",
  "ÉLODIE",
  "ジャン・リュック",
  "בן־דוד",
  "Σίσυφος",
  "ΣΊΣΥΦΟΣ",
  "İpek",
  "Straße",
  " . ",
  "Mary  Ann",
  ...ofField("last_name"),
);

/** Shopify leaves a field out, or has null in it. */
const some = (arbitrary) => mostly(arbitrary, 6, fc.constantFrom(null, undefined));

const address = fc
  .tuple(
    phone,
    record({
      address1: name,
      city: some(text("São Paulo (SP)", "MÜNCHEN", "St. Louis", "東京", ...ofField("city"))),
      countryCode: some(fc.constantFrom("DE", "US", "us", " gb ", "BR", "JP", "XX", "Germany")),
      firstName: some(name),
      lastName: some(name),
      province: some(text("California", "Bayern")),
      provinceCode: some(text("CA", "BY", "13")),
      zip: some(
        text(
          "95110-1234",
          "SW1A 1AA",
          "80331",
          "CA 94105–1234",
          "〒100-0001",
          ...ofField("zip_code"),
        ),
      ),
    }),
    fc.boolean(),
  )
  .map(([phone, address, itsOwn]) => ({
    ...address,
    ...(itsOwn ? phone : { phone: phone.phone }),
  }));

// ── goods

const cents = fc.integer({ min: 0, max: 10_000_000 });
const amount = mostly(
  fc.oneof(
    cents.map((cents) => cents / 100),
    fc.tuple(cents, fc.integer({ min: 1, max: 9 })).map(([cents, count]) => cents * 0.01 * count),
    fc.constantFrom(0, 29, 1000000),
  ),
  8,
  number,
  fc.constantFrom("12.50", "1.299,00", "1,299", "49,90 €", "١٢", "\u221212", "1 2 3", "", null),
);
const currency = mostly(
  fc.constantFrom("EUR", "USD", "JPY", "GBP", "BRL", "KWD"),
  8,
  fc.constantFrom("usd", " EUR ", "XXX", "BTC", "ＵＳＤ", "", "ED A", null),
  odd,
);
const money = record({ amount, currencyCode: currency });
const id = mostly(
  fc.oneof(
    digits(1, 14),
    digits(13, 13).map((number) => `gid://shopify/ProductVariant/${number}`),
  ),
  8,
  fc.nat(),
  number,
  fc.constantFrom("", null, "gid://shopify/X/", "١٢٣", "0".repeat(80)),
);
const quantity = mostly(fc.integer({ min: 0, max: 12 }), 8, number, fc.constantFrom("2", null));
const title = text("Stoneware mug", 'Kiln & Kettle "No. 5"', "Ｔasse", "杯子 😀");
const product = record({ id, title: some(title), vendor: title, url: odd });
const variant = record({
  id,
  title: some(title),
  sku: some(text("MUG-1", "mug/1", "00042")),
  price: some(money),
  product: some(product),
});
const line = record({
  id,
  title: some(title),
  quantity,
  variant: some(variant),
  finalLinePrice: money,
});
/** So many lines that they are cut, or split over several beacons. They differ in their number
 *  alone. */
const many = fc
  .tuple(line, fc.constantFrom(60, 120, 300, 501))
  .map(([line, count]) =>
    Array.from({ length: count }, (_, at) => ({ ...line, title: `${line.title} ${at}` })),
  );
const lines = mostly(fc.array(line, { maxLength: 4 }), 12, many);

const checkout = record({
  token: some(token),
  currencyCode: currency,
  totalPrice: some(money),
  subtotalPrice: some(money),
  email: some(email),
  phone: some(phone.map(({ phone }) => phone)),
  smsMarketingPhone: some(phone.map(({ phone }) => phone)),
  billingAddress: some(address),
  shippingAddress: some(address),
  lineItems: lines,
  order: some(record({ id: some(id) })),
  localization: record({ country: record({ isoCode: fc.constantFrom("DE", "US", "JP") }) }),
});
const query = mostly(
  fc.constantFrom("mug", "blue mug", "Tasse blau", "كوب"),
  4,
  fc.constantFrom("jane@example.com", "+49 151 2345678", "order 1234567", "12-34-56"),
  odd,
);
const cartLine = record({
  quantity,
  merchandise: some(variant),
  cost: some(record({ totalAmount: some(money) })),
});
const worth = record({ value: amount, currency, note: odd });

const data = {
  page_viewed: fc.constant({}),
  product_viewed: record({ productVariant: variant }),
  search_submitted: record({ searchResult: record({ query }) }),
  product_added_to_cart: record({ cartLine: some(cartLine) }),
  checkout_started: record({ checkout }),
  payment_info_submitted: record({ checkout }),
  checkout_completed: record({ checkout }),
  cart_viewed: fc.constant({ cart: null }),
};
const eventId = mostly(
  fc.constantFrom("sh-5a8f3c1e-0D2B-4C7A-9E1F-6B3A2C1D0E9F", "sh-1", "sh-2"),
  4,
  hex(32),
  fc.constantFrom(undefined, "", "x".repeat(129)),
  odd,
);

/** Of one shopper, so ids come again. When it happened (`timestamp`) is for the device to say. */
function standard(name) {
  return record({
    id: eventId,
    name: fc.constant(name),
    type: fc.constant("standard"),
    clientId: fc.constant("c"),
    context: context(url()),
    data: data[name],
  });
}
const custom = record({
  id: eventId,
  name: fc.constantFrom(
    "newsletter_joined",
    "newsletter_joined",
    "quote_asked",
    "my_purchase",
    "constructor",
    "page_viewed",
  ),
  type: fc.constantFrom("custom", undefined),
  context: context(url()),
  customData: worth,
});

export const event = sometimesWarped(
  fc.oneof(
    ...Object.keys(data).map((name) => ({
      arbitrary: standard(name),
      weight: name === "cart_viewed" ? 1 : 4,
    })),
    { arbitrary: standard("checkout_completed"), weight: 4 },
    { arbitrary: custom, weight: 4 },
  ),
  5,
);

// ── consent

const flag = (yes) =>
  mostly(fc.constant(yes), 40, fc.constant(!yes), fc.constantFrom(undefined, null, "true", 1));
const answers = (yes) =>
  record({
    marketingAllowed: flag(yes),
    saleOfDataAllowed: flag(yes),
    analyticsProcessingAllowed: flag(yes),
    preferencesProcessingAllowed: flag(yes),
  });
const privacy = mostly(answers(true), 9, answers(false));
export const signal = sometimesWarped(
  privacy.map((customerPrivacy) => ({ customerPrivacy })),
  15,
);
export const bridged = sometimesWarped(
  record({
    name: fc.constant("assent:consent"),
    customData: record({
      marketing: mostly(fc.constant(true), 3, fc.constantFrom(false, null)),
      source: text("gtag", "usercentrics"),
      at: mostly(fc.constantFrom(1_772_441_000, 1_772_441_000.7, undefined), 5, number),
      id: text("r-1", "r-2"),
    }),
  }),
  8,
);

export const init = sometimesWarped(
  record({
    // What was decided is said where a page is debugged: most are.
    context: context(mostly(url("assent_debug=1"), 6, url())),
    customerPrivacy: privacy,
    data: record({
      shop: record({
        myshopifyDomain: mostly(
          fc.constantFrom("acme.myshopify.com", " ACME.myshopify.com"),
          25,
          fc.constantFrom("other.myshopify.com", undefined),
        ),
      }),
      cart: some(
        record({
          id: text(
            "gid://shopify/Cart/Z2NwLXVz?key=9c",
            "gid://shopify/Cart/other",
            "bare",
            "gid://shopify/Cart/",
          ),
        }),
      ),
      customer: some(
        record({
          id,
          email: some(email),
          phone: some(phone.map(({ phone }) => phone)),
          firstName: some(name),
          lastName: some(name),
        }),
      ),
    }),
  }),
  12,
);
