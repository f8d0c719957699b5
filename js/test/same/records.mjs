// Records of consent as they stand on a shopper's device: the rows of tests/vectors/, whole or
// altered.
import fc from "fast-check";
import { gpp, pairs, records, tcf } from "../vectors.mjs";
import { mostly } from "./values.mjs";

/** How a stored value may have been changed: by a tool's update, a broken script, or by hand. */
const alterations = {
  cut: (value, at) => value.slice(0, at),
  drop: (value, at) => value.slice(0, at) + value.slice(at + 1),
  change: (value, at, sign) => value.slice(0, at) + sign + value.slice(at + 1),
  insert: (value, at, sign) => value.slice(0, at) + sign + value.slice(at),
  swap: (value, at) =>
    value.slice(0, at) +
    value
      .slice(at)
      .replace(
        /true|false|0|1/,
        (word) => ({ true: "false", false: "true", 0: "1", 1: "0" })[word],
      ),
  age: (value, at) =>
    value.replace(/\d{10,13}/, (digits) =>
      String(Number(digits) - at * 2_592_000 * (digits.length > 10 ? 1000 : 1)),
    ),
  encode: (value) => encodeURIComponent(value),
  decode: (value) => {
    try {
      return decodeURIComponent(value);
    } catch {
      return value;
    }
  },
  double: (value) => value + value,
};
const alteration = fc.tuple(
  fc.constantFrom(...Object.keys(alterations)),
  fc.nat(10_000),
  fc.constantFrom("0", "1", '"', "{", "}", ":", ",", ".", "~", "A", "_", "%", "é", "\0"),
);
const altered = (value, changes) =>
  changes.reduce(
    (value, [how, place, sign]) => alterations[how](value, place % (value.length + 1), sign),
    value,
  );

const all = [...records, ...tcf, ...gpp];
const yes = all.filter(
  (row) => row.marketing === true || row.derived?.purposes_1_3_4_7_all_consented,
);
// One may have been written long before this visit, or after it.
const row = fc.oneof(
  { arbitrary: fc.constantFrom(...all), weight: 1 },
  { arbitrary: fc.constantFrom(...yes), weight: 3 },
);

/** `{ cmp, store: "cookie" | "localStorage", pairs: {key: value} }`. */
export const found = fc
  .tuple(row, mostly(fc.constant([]), 4, fc.array(alteration, { minLength: 1, maxLength: 3 })))
  .map(([row, changes]) => ({
    cmp: row.cmp,
    store: row.store,
    pairs: Object.fromEntries(
      Object.entries(pairs(row)).map(([key, value]) => [key, altered(value, changes)]),
    ),
  }));
