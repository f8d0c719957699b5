// What the figures of `npm run torture` have to be. A figure that is missing was not found out, and what was
// tried no single time proves nothing: both are faults.

/** How often something was tried, looked at or survived. */
export const tried = [
  "simulated steps",
  "simulated seeds",
  "simulated: events accepted",
  "simulated: audits of the whole store",
  "simulated: sends judged",
  "simulated: acknowledged deliveries judged",
  "simulated: files searched for planted secrets",
  "simulated: bytes searched for planted secrets",
  "shops in one endpoint",
  "events of theirs",
  "sends of theirs that did not cross",
  "secrets planted at the binary",
  "files searched at the binary",
  "bytes searched at the binary",
  "crashes survived: kill -9",
  "lost-write points survived: power cuts",
  "lost-write points survived: full disks",
  "lost-write points survived: failed syncs",
  "several on SQLite: endpoints killed",
  "several on SQLite: accepted",
  "several on SQLite: ended by a no",
  "several on SQLite: sent again, before it was settled",
  "several on PostgreSQL: endpoints killed",
  "several on PostgreSQL: databases restarted",
  "several on PostgreSQL: accepted",
  "several on PostgreSQL: ended by a no",
  "several on PostgreSQL: sent again, before it was settled",
  "flood: accepted",
  "flood: refused with Retry-After",
  "hostile requests tried and answered",
  "hostile input tried and judged",
];
/** What may not be, and has to have been counted. */
export const broken = [
  "simulated breaches: nothing is sent without a grant",
  "simulated breaches: nothing is sent after that visitor's no",
  "simulated breaches: nothing is sent against a later no of its checkout or cart",
  "simulated breaches: no id is sent again after an acknowledged delivery",
  "simulated breaches: TikTok counts nothing twice",
  "simulated breaches: nothing raw is found outside the browser and Shopify",
  "secrets found at the binary",
  "several breaches: accepted and lost",
  "several breaches: delivered by its own word, and never come",
  "several breaches: ended otherwise than delivered or by its own no",
  "several breaches: sent again after it was settled",
  "several breaches: sent after a no",
  "several breaches: sent without a grant",
  "several breaches: rows beyond what was accepted",
  "flood breaches: accepted and not delivered",
  "flood breaches: delivered and not accepted",
  "flood breaches: neither accepted nor told to come later",
];

/** Accepted, and made of orders, is what stands somewhere. */
export function sums(figures) {
  const of = (start) =>
    [...figures].filter(([what]) => what.startsWith(start)).reduce((sum, [, n]) => sum + n, 0);
  const came = of("simulated: events accepted") + of("simulated: events made of orders");
  return { came, stands: of("simulated: stand as ") };
}

/** A line for each fault. */
export function wrongIn(figures) {
  const wrong = [];
  for (const what of [...tried, ...broken])
    if (!figures.has(what)) wrong.push(`no figure was told: ${what}`);
  for (const what of tried) if (figures.get(what) === 0) wrong.push(`never tried: ${what}`);
  for (const [what, n] of figures)
    if (n > 0 && (broken.includes(what) || what.includes(" breaches: ")))
      wrong.push(`${what}: ${n}`);
  const { came, stands } = sums(figures);
  if (came !== stands) wrong.push(`${came} events came, and ${stands} stand`);
  return wrong;
}
