/** Milliseconds: a slow telephone takes less for 32 KiB. A request that hangs would keep its part of
 *  the 64 KiB that a browser gives all of them. */
const patience = 60_000;

/**
 * POSTs a beacon so that it survives the end of the page and needs no preflight: keepalive and
 * `text/plain` (docs/facts/engines.md#sending). Never rejects: status 0 means that there was no
 * answer. Shopify's guard throws synchronously, so the call is inside the promise. A redirect is
 * not followed: what is sent is for the endpoint alone.
 *
 * `said` is the endpoint's own word: `accepted` or `withdrawn` of a 202, of a problem the reason.
 * What stands between may answer too, but has no such word (docs/contract.md#answers).
 *
 * @returns {Promise<{ status: number, retryAfter?: number, said?: unknown }>}
 */
export async function send(url, body) {
  let status = 0;
  let retryAfter, said;
  try {
    const response = await fetch(url, {
      method: "POST",
      body,
      keepalive: true,
      credentials: "omit",
      redirect: "error",
      signal: globalThis.AbortSignal?.timeout?.(patience), // browsers have it since 2022
    });
    const told = (name) => response.headers.get(name);
    // In seconds, or (of a proxy between) a date. What is neither is NaN, which JSON has no word for.
    const wait = told("Retry-After");
    retryAfter = wait > "A" ? (Date.parse(wait) - Date.now()) / 1000 : Number.parseInt(wait, 10);
    status = response.status;
    const { accepted, withdrawn, reason } = await response.json();
    if (status !== 202) said = told("Content-Type").includes("problem+json") && reason;
    else said = withdrawn ? "withdrawn" : Number.isInteger(accepted) && "accepted";
  } catch {} // no answer, or none of the endpoint's
  return { status, retryAfter, said };
}

/** An answer that means a wrong set-up, of the endpoint's or of what stands before it: the shop
 *  should hear of it. Not a server's own fault, which passes. */
export const isFault = ({ status, said }) =>
  said ? [404, 413, 415, 422].includes(status) : status && status < 500;
