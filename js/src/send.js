/**
 * POSTs a beacon so that it survives the end of the page and needs no preflight: keepalive and `text/plain`
 * (docs/facts/engines.md#sending).
 * Never rejects: status 0 means that there was no answer. Shopify's guard throws synchronously, so the call is inside
 * the promise.
 *
 * @returns {Promise<{ status: number, retryAfter?: number }>}
 */
export async function send(url, body) {
  try {
    const response = await fetch(url, { method: "POST", body, keepalive: true, credentials: "omit" });
    const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
    return { status: response.status, retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter };
  } catch {
    return { status: 0 };
  }
}

/** Answers that come of a wrong set-up, which the shop should hear of: what was sent is lost. */
export const isFault = (status) => [404, 413, 415, 422].includes(status);
