// What the panel shows, gathered: requests as the stand-in received them, and the module's own words about each event,
// which are kept for this tab.
var LOG_KEY = 'lab.decisions';
var LOG_LIMIT = 200;

function decisions() { return JSON.parse(sessionStorage.getItem(LOG_KEY) || '[]'); }

function logDecision(entry) {
  sessionStorage.setItem(LOG_KEY, JSON.stringify(decisions().concat(entry).slice(-LOG_LIMIT)));
}

// One row for each name and event_id, newest first; an event without an id is a row of its own.
function rows(state) {
  var found = new Map();
  function row(name, id, unique, at) {
    var key = id ? name + ' ' + id : unique;
    if (!found.has(key)) found.set(key, { name: name, id: id, copies: [], said: null, at: at });
    found.get(key).at = Math.max(found.get(key).at, at);
    return found.get(key);
  }
  state.received.forEach(function (request) {
    request.events.forEach(function (event, index) {
      row(event.name, event.event_id, 'r' + request.seq + '.' + index, request.at_ms)
        .copies.push({ leg: request.leg, outcome: event.outcome, at: request.at_ms, request: request });
    });
  });
  decisions().forEach(function (entry, index) {
    row(entry.event || 'consent', entry.event_id, 'd' + index, entry.at).said = entry;
  });
  return Array.from(found.values()).sort(function (a, b) { return b.at - a.at; });
}
