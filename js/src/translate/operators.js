// What each of WebAssembly's operators is in JavaScript. An i32 is a number from -2³¹, an i64 a
// BigInt from -2⁶³, and every expression gives what it is to be in that range again. x and y stand
// for operands, which are names or in parentheses.

const comparisons = "+(x==y) +(x!=y)";
const signed = "+(x<y) +(x>y) +(x<=y) +(x>=y)";
const both = (unsigned) =>
  signed
    .split(" ")
    .flatMap((text) => [text, text.replace("x", unsigned("x")).replace("y", unsigned("y"))])
    .join(" ");
const floats = `${comparisons} ${signed}`;
const calls =
  "Math.abs(x) (-x) Math.ceil(x) Math.floor(x) Math.trunc(x) nearest(x) Math.sqrt(x) (x+y) (x-y) (x*y) (x/y) Math.min(x,y) Math.max(x,y) copysign(x,y)";
const single = calls
  .split(" ")
  .map((text) => `Math.fround(${text})`)
  .join(" ");

/** An operator's text, cut where its operands go: 0 and 1 in `parts` stand for x and y. */
const operator = (text) => ({
  parts: (/^[+-]|\|0$/.test(text) ? `(${text})` : text)
    .split(/\b([xy])\b/)
    .map((part) => ({ x: 0, y: 1 })[part] ?? part),
  operands: /\by\b/.test(text) ? 2 : 1,
});

/** From opcode 0x45 (i32.eqz) to 0xc4 (i64.extend32_s), in order. */
export const numeric = [
  `+!x ${comparisons} ${both((name) => `${name}>>>0`)}`,
  `+!x ${comparisons} ${both((name) => `U(${name})`)}`,
  floats,
  floats,
  "Math.clz32(x) ctz(x) popcnt(x) (x+y|0) (x-y|0) Math.imul(x,y) div(x,y) (nonzero(y),(x>>>0)/(y>>>0)|0) (nonzero(y),x%y|0) (nonzero(y),(x>>>0)%(y>>>0)|0)",
  "(x&y) (x|y) (x^y) (x<<y) (x>>y) (x>>>y|0) rotl(x,y) rotl(x,-y)",
  "clz64(x) ctz64(x) popcnt64(x) I(x+y) I(x-y) I(x*y) div64(x,y) I(U(x)/U(y)) (x%y) I(U(x)%U(y))",
  "(x&y) (x|y) (x^y) I(x<<(y&63n)) (x>>(y&63n)) I(U(x)>>(y&63n)) rotl64(x,y) rotl64(x,-y)",
  single,
  calls,
  "low(x) whole(x,-2147483648,2147483647)|0 whole(x,0,4294967295)|0 whole(x,-2147483648,2147483647)|0 whole(x,0,4294967295)|0",
  "BigInt(x) BigInt(x>>>0) whole64(x,MIN,MAX) I(whole64(x,0n,UMAX)) whole64(x,MIN,MAX) I(whole64(x,0n,UMAX))",
  "Math.fround(x) Math.fround(x>>>0) single64(x) single64(U(x)) Math.fround(x) x (x>>>0) Number(x) Number(U(x)) x",
  "bits(x) bits64(x) float(x) float64(x)",
  "(x<<24>>24) (x<<16>>16) BigInt.asIntN(8,x) BigInt.asIntN(16,x) BigInt.asIntN(32,x)",
]
  .join(" ")
  .split(" ")
  .map(operator);

/** From 0xfc00 (i32.trunc_sat_f32_s), in order. */
export const saturating = [
  "sat(x,-2147483648,2147483647)|0 sat(x,0,4294967295)|0",
  "sat64(x,MIN,MAX) I(sat64(x,0n,UMAX))",
]
  .flatMap((pair) => [pair, pair])
  .join(" ")
  .split(" ")
  .map(operator);

const kinds = (text) => text.split(" ").map((kind) => [kind.replace("*", ""), kind.endsWith("*")]);
/** From 0x28 (i32.load): whose method of a view it is, and whether its number is to be an i64. */
export const loads = kinds(
  "Int32 BigInt64 Float32 Float64 Int8 Uint8 Int16 Uint16 Int8* Uint8* Int16* Uint16* Int32* Uint32*",
);
/** From 0x36 (i32.store). */
export const stores = kinds("Int32 BigInt64 Float32 Float64 Int8 Int16 Int8* Int16* Int32*");

const trap = (what) => {
  throw new Error(what);
};
const I = (value) => BigInt.asIntN(64, value);
const U = (value) => BigInt.asUintN(64, value);
// Texts, not literals: Shopify's CLI bundles the extension for ES6, and warns of each. (A power it
// would even turn into Math.pow, which throws for a BigInt.) What stands in the operators above is
// not seen by it.
const [MIN, MAX, UMAX] = [
  "-9223372036854775808",
  "9223372036854775807",
  "18446744073709551615",
].map(BigInt);
const [none, low6, word, low11, bit11, bit53] = [0, 63, 32, 2047, 2048, 2 ** 53].map(BigInt);
const scratch = new DataView(new ArrayBuffer(8));
const low = (value) => Number(BigInt.asIntN(32, value));
const high = (value) => low(value >> word);
const ctz = (value) => (value ? 31 - Math.clz32(value & -value) : 32);
const popcnt = (value) => {
  let count = 0;
  for (; value; value &= value - 1) count++;
  return count;
};
const pair = (count) => (value) => BigInt(count(value));
const nonzero = (value) => value || trap("divide by zero");
const nearest = (value) => {
  if (!(Math.abs(value) < 2 ** 52)) return value;
  // The sum has no bits left for a fraction, and rounds to even.
  const even = Math.abs(value) + 2 ** 52 - 2 ** 52;
  return copysign(even, value);
};
const copysign = (value, sign) =>
  (value < 0 || Object.is(value, -0)) === (sign < 0 || Object.is(sign, -0)) ? value : -value;
const sat = (value, least, most) =>
  value > least ? Math.trunc(Math.min(value, most)) : value <= least ? least : 0;
const sat64 = (value, least, most) =>
  value >= Number(most)
    ? most
    : value > Number(least)
      ? BigInt(Math.trunc(value))
      : value <= Number(least)
        ? least
        : none;

/** What the operators above use. */
export const helpers = {
  trap,
  I,
  U,
  MIN,
  MAX,
  UMAX,
  low,
  ctz,
  popcnt,
  nonzero,
  nearest,
  copysign,
  sat,
  sat64,
  div: (x, y) => (x === -2147483648 && y === -1 ? trap("integer overflow") : (x / nonzero(y)) | 0),
  // BigInt itself throws for a zero.
  div64: (x, y) => (x === MIN && y === -BigInt(1) ? trap("integer overflow") : x / y),
  rotl: (x, y) => (x << y) | (x >>> -y),
  rotl64: (x, y) => I((U(x) << (y & low6)) | (U(x) >> (-y & low6))),
  clz64: pair((value) => (high(value) ? Math.clz32(high(value)) : 32 + Math.clz32(low(value)))),
  ctz64: pair((value) => (low(value) ? ctz(low(value)) : 32 + ctz(high(value)))),
  popcnt64: pair((value) => popcnt(low(value)) + popcnt(high(value))),
  whole: (x, least, most) =>
    Math.trunc(x) >= least && Math.trunc(x) <= most ? Math.trunc(x) : trap("no such integer"),
  whole64: (x, least, most) => {
    const value = Number.isFinite(x) ? BigInt(Math.trunc(x)) : trap("no such integer");
    return value >= least && value <= most ? value : trap("no such integer");
  },
  /** An i64 as the nearest single: by way of a double it would be rounded twice. A last bit that
   *  stands for all the dropped ones keeps the double off the middle between two singles. */
  single64: (x) => {
    const size = x < none ? -x : x;
    const dropped = size >= bit53 && (size & low11) !== none;
    const kept = dropped ? (size & ~low11) | bit11 : size;
    return Math.fround(x < none ? -Number(kept) : Number(kept));
  },
  bits: (x) => {
    scratch.setFloat32(0, x);
    return scratch.getInt32(0);
  },
  bits64: (x) => {
    scratch.setFloat64(0, x);
    return scratch.getBigInt64(0);
  },
  float: (x) => {
    scratch.setInt32(0, x);
    return scratch.getFloat32(0);
  },
  float64: (x) => {
    scratch.setBigInt64(0, x);
    return scratch.getFloat64(0);
  },
};
