// What the panel shows, gathered: requests as the stand-in received them, what the module said of
// each event, and what it sent to the endpoint. One row for each name and event_id, newest first; an
// event without an id is a row of its own, and all page views together are one.
function rows(state) {
  var found = new Map();
  function row(name, id, unique, at) {
    var key = id ? `${name} ${id}` : unique;
    if (!found.has(key))
      found.set(key, { key: key, name: name, id: id, copies: [], said: null, at: at });
    found.get(key).at = Math.max(found.get(key).at, at);
    return found.get(key);
  }
  state.received.forEach((request) => {
    request.events.forEach((event, index) => {
      row(event.name, event.event_id, `r${request.seq}.${index}`, request.at_ms).copies.push({
        leg: request.leg,
        outcome: event.outcome,
        at: request.at_ms,
        request: request,
      });
    });
  });
  decisions().forEach((said, index) => {
    row(said.name, said.entry.event_id, `d${index}`, said.entry.at).said = said;
  });
  state.webhooks.forEach((webhook) => {
    var key = `w${webhook.seq}`;
    found.set(key, { key: key, webhook: webhook, copies: [], said: null, at: webhook.at_ms });
  });
  toEndpoint().forEach((sent) => {
    found.set(sent.request, { key: sent.request, sent: sent, copies: [], said: null, at: sent.at });
  });
  var all = Array.from(found.values()).sort((a, b) => b.at - a.at);
  return folded(all);
}

// A page view leaves without its id (ttq.page takes none), so the word of one that has left stands
// for what has arrived.
function folded(all) {
  var views = all.filter((row) => row.name === "Pageview");
  var arrived = views.filter((row) => row.copies.length);
  var kept = views.filter((row) => !row.copies.length && row.said?.state !== "sent");
  var rest = all.filter((row) => row.name !== "Pageview");
  if (!arrived.length && !kept.length) return rest;
  var latest = kept[0]?.said ?? null;
  var copies = arrived.flatMap((row) => row.copies);
  return rest.concat({
    key: "pageviews",
    name: "Pageview",
    times: copies.length,
    id: null,
    copies: copies,
    said: latest,
    at: 0,
  });
}
