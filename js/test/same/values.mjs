// Values of all kinds, usual and hostile, and functions that put a hostile one anywhere into a
// usual one. fast-check (a devDependency) generates them, because it also shrinks: a difference is
// shown by the smallest case that has it.
import fc from "fast-check";

/** Mostly the first; each of the others in about one case of `rarely`. */
export const mostly = (first, rarely, ...others) =>
  fc.oneof(
    { arbitrary: first, weight: Math.max(rarely - others.length, 1) },
    ...others.map((arbitrary) => ({ arbitrary, weight: 1 })),
  );

/** With an ordinary prototype, as every object of Shopify's has. */
export const record = (members, options) =>
  fc.record(members, { noNullPrototype: true, ...options });

export const digits = (least, most) =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: least, maxLength: most });
export const hex = (length) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });

// Letters whose lower case is another length or depends on where they stand, scripts without case,
// marks, blanks of all kinds, what JSON escapes, what is half a character, and what no browser
// shows.
const signs = [
  "a",
  "B",
  "z",
  "0",
  "9",
  " ",
  ".",
  "-",
  "_",
  "+",
  "@",
  "'",
  '"',
  "\\",
  "/",
  "%",
  "&",
  "=",
  ";",
  "<",
  "Σ",
  "ς",
  "İ",
  "ı",
  "ẞ",
  "ß",
  "ǅ",
  "ﬁ",
  "É",
  "é",
  "e\u0301",
  "Ａ",
  "９",
  "ジャン",
  "・",
  "עברית",
  "־",
  "Ж",
  "漢",
  "😀",
  "👩‍👧",
  "\u00a0",
  "\u2003",
  "\u200b",
  "\u2028",
  "\ufeff",
  "\n",
  "\t",
  "\0",
  "\u007f",
  "\u0085",
  "\ud83d",
  "\ude00",
  "ª",
];
export const odd = fc.string({ unit: fc.constantFrom(...signs), maxLength: 12 });
const long = fc
  .tuple(
    fc.constantFrom("x", "é", "Σ", '"', "7", " "),
    fc.constantFrom(63, 64, 65, 128, 256, 512, 513, 1024, 1025, 2048, 2049, 4097, 20_000),
  )
  .map(([sign, count]) => sign.repeat(count));
export const text = (...usual) => mostly(fc.constantFrom(...usual), 20, odd, odd, odd, long);

const numbers = [
  0,
  -0,
  1,
  -1,
  0.1 + 0.2,
  0.41000000000000003,
  1.005,
  99.99,
  1e21,
  1e-7,
  123456789012345680000,
  5e-324,
  Number.MAX_VALUE,
  2 ** 31,
  2 ** 32,
  2 ** 32 - 1,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 53 + 2,
  -(2 ** 63),
  2 ** 63,
  2 ** 64,
  NaN,
  Infinity,
  -Infinity,
];
export const number = fc.oneof(fc.constantFrom(...numbers), fc.double(), fc.integer());

/** What may stand in the place of a value of another type. */
const hostile = fc.oneof(
  {
    arbitrary: fc.constantFrom(
      undefined,
      null,
      true,
      false,
      "",
      " ",
      "0",
      "null",
      "[object Object]",
      "__proto__",
      10n,
    ),
    weight: 5,
  },
  { arbitrary: number, weight: 2 },
  { arbitrary: odd, weight: 2 },
  { arbitrary: long, weight: 1 },
  {
    arbitrary: fc
      .constantFrom(
        "[]",
        "{}",
        "[[]]",
        "[null]",
        '{"length":3,"0":"x"}',
        '{"isoCode":{}}',
        '{"amount":"12.50","currencyCode":7}',
      )
      .map(JSON.parse),
    weight: 2,
  },
);

/** The value with hostile ones in one to three of its places. */
export function warped(arbitrary) {
  const places = fc.array(fc.tuple(fc.nat(10_000), hostile), { minLength: 1, maxLength: 3 });
  return fc
    .tuple(arbitrary, places)
    .map(([value, changes]) =>
      changes.reduce((whole, [place, to]) => replaced(whole, place, to), value),
    );
}

/** The `place`-th of all values in `whole` is another one. The whole itself is one of them too. */
function replaced(whole, place, to) {
  const count = size(whole);
  let left = place % count;
  const visit = (value) => {
    if (left-- === 0) return to;
    if (Array.isArray(value)) return value.map(visit);
    return value instanceof Object
      ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, visit(member)]))
      : value;
  };
  return visit(whole);
}

const size = (value) =>
  value instanceof Object ? Object.values(value).reduce((sum, member) => sum + size(member), 1) : 1;

export const sometimesWarped = (arbitrary, rarely) => mostly(arbitrary, rarely, warped(arbitrary));
