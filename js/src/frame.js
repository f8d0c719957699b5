/**
 * Gives the frame the shop's cleaned page as its address, and a cleaned referrer: TikTok's script reads both by itself.
 *
 * @returns {"path" | "query" | "nothing"} how much could be changed; WebKit keeps the path of a sandboxed frame
 *   (docs/facts/engines.md#frames)
 */
export function clean(url, referrer) {
  let path, query;
  try {
    Object.defineProperty(document, "referrer", { configurable: true, get: () => referrer });
    const { pathname, search } = new URL(url);
    [path, query] = [pathname + search, location.pathname + search];
  } catch {
    return "nothing";
  }
  return replace(path) ? "path" : replace(query) ? "query" : "nothing";
}

function replace(address) {
  try {
    history.replaceState(null, "", address);
    return true;
  } catch {
    return false;
  }
}
