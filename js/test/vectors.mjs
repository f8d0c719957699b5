// tests/vectors/ as devices: the cookies and the storage that a row of them describes.
import { readFileSync } from "node:fs";
import { at } from "../build/project.mjs";

export const vectors = (name) => JSON.parse(readFileSync(at("tests/vectors", name), "utf8"));

export const records = vectors("consent-records.json");
export const tcf = vectors("tcf.json").map(({ string, ...row }) => ({
  ...row,
  cmp: "tcf",
  store: "cookie",
  key: "euconsent-v2",
  value: string,
}));
export const gpp = vectors("gpp.json").map(({ string, ...row }) => ({
  ...row,
  cmp: "gpp",
  store: "cookie",
  key: "IABGPP_HDR_GppString",
  value: string,
}));

/** `value_gen` is a Python expression: texts in quotes, times a number, joined by `+`, `q(…)`
 *  around it percent-encodes. */
function generated(expression) {
  const encoded = /^q\((.*)\)$/s.exec(expression);
  if (encoded)
    return generated(encoded[1]).replace(
      /[^A-Za-z0-9]/g,
      (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
    );
  return expression
    .split("+")
    .map((part) => {
      const [, text, times = "1"] = /^\s*(['"].*?['"])\s*(?:\*\s*(\d+))?\s*$/s.exec(part);
      return text.slice(1, -1).repeat(Number(times));
    })
    .join("");
}

/** What stands on the device, by key: the row's `own` record, if wanted, and its companions. */
export function pairs({ key, value, value_gen, companion = {} }, own = true) {
  return {
    ...(own && { [key]: value_gen === undefined ? value : generated(value_gen) }),
    ...companion,
  };
}

export function device(row, own) {
  const stored = pairs(row, own);
  if (row.store === "localStorage") return { cookie: "", storage: stored };
  return {
    cookie: Object.entries(stored)
      .map((pair) => pair.join("="))
      .join("; "),
    storage: {},
  };
}
