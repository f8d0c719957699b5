/**
 * POSTs a beacon so that it survives the end of the page and needs no preflight: keepalive and
 * `text/plain` (docs/facts/engines.md#sending). Never rejects: status 0 means that there was no
 * answer. Shopify's guard throws synchronously, so the call is inside the promise.
 *
 * @returns {Promise<{ status: number, retryAfter?: number }>}
 */
export async function send(url, body) {
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      keepalive: true,
      credentials: "omit",
    });
    // In seconds, or (of a proxy between) a date. What is neither is NaN, which JSON has no word for.
    const told = response.headers.get("Retry-After");
    const retryAfter =
      told > "A" ? (Date.parse(told) - Date.now()) / 1000 : Number.parseInt(told, 10);
    return { status: response.status, retryAfter };
  } catch {
    return { status: 0 };
  }
}

/** Statuses that mean a wrong set-up. The beacon is lost, and the shop should hear of it. */
export const isFault = (status) => [404, 413, 415, 422].includes(status);
