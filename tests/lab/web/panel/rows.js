// What the panel shows, gathered: requests as the stand-in received them, and what the module said
// of each event. One row for each name and event_id, newest first; an event without an id is a row
// of its own.
function rows(state) {
  var found = new Map();
  function row(name, id, unique, at) {
    var key = id ? `${name} ${id}` : unique;
    if (!found.has(key)) found.set(key, { name: name, id: id, copies: [], said: null, at: at });
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
    found.set(`w${webhook.seq}`, { webhook: webhook, copies: [], said: null, at: webhook.at_ms });
  });
  // A page view leaves without its id (ttq.page takes none): what arrived is already a row.
  function doubled(row) {
    return row.name === "Pageview" && row.said && row.said.state === "sent" && !row.copies.length;
  }
  return Array.from(found.values())
    .filter((row) => !doubled(row))
    .sort((a, b) => b.at - a.at);
}
