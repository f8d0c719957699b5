-- Four kinds of rows with four lives (docs/contract.md#what-is-stored), and what they hang on. Every key
-- leads with the shop, but for the numbers of rows and what is nobody's (`module`). What finds a checkout, a
-- cart, a visitor or a customer has 16 bytes (links.rs): half an anchor, or half an HMAC under the shop's own
-- key. Only an event's and a context's `payload` hold more of a person, until they end.

CREATE TABLE shop (
    domain    TEXT PRIMARY KEY,
    index_key BLOB NOT NULL,
    test      INTEGER NOT NULL DEFAULT 0,   -- 1: the server that runs, or ran last, accepts tests
    paused    TEXT,                         -- why its queue stands still, if it does
    waits     TEXT,                         -- why it waits for TikTok by itself, if it does
    stopped   TEXT                          -- the same, until somebody says `assent resume`
) STRICT;

-- What hangs on a checkout, a cart, a visitor, an order's number, an e-mail address or a phone number: the
-- one place that answers it. Each row below has the same `name`s in its own columns `checkout`, `cart`,
-- `visitor` and `customer` (several in one), so that they go with it.
CREATE TABLE link (
    shop TEXT NOT NULL,
    name BLOB NOT NULL,
    kind INTEGER NOT NULL,                  -- 1 event, 2 receipt, 3 context, 4 order
    "row" INTEGER NOT NULL,                 -- its number
    PRIMARY KEY (shop, name, kind, "row")
) STRICT, WITHOUT ROWID;

-- Evidence only: what a grant rested on. Lives `receipts_months`. Equal evidence under equal links
-- is one row, whose `evaluated_at` (the device's time) and `granted_at` (the server's) are of the latest
-- reading; `evidence` itself is without that time. A customer's erasure leaves it bare: no links, a digest
-- that says nothing, and evidence without the ids and values of its records.
CREATE TABLE receipt (
    id           INTEGER PRIMARY KEY,
    shop         TEXT NOT NULL,
    digest       BLOB NOT NULL,
    checkout     BLOB,
    cart         BLOB,
    visitor      BLOB,
    customer     BLOB,
    first_at     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    evaluated_at INTEGER NOT NULL,
    granted_at   INTEGER NOT NULL,
    evidence     TEXT NOT NULL,
    UNIQUE (shop, digest)
) STRICT;
CREATE INDEX receipt_age ON receipt (shop, last_at);

-- What an order would need that only the browser knew: of each visitor the latest. Until its
-- Purchase settles, at most 48 h after the last event. Under a cart where there is no checkout yet.
CREATE TABLE context (
    id         INTEGER PRIMARY KEY,
    shop       TEXT NOT NULL,
    checkout   BLOB,
    cart       BLOB,
    visitor    BLOB,
    customer   BLOB,                        -- always null
    granted_at INTEGER NOT NULL,            -- when what it rests on was read, in the server's time
    last_at    INTEGER NOT NULL,
    payload    TEXT NOT NULL
) STRICT;
CREATE INDEX context_age ON context (shop, last_at);

-- Event and debt. `payload` (the event with everything personal) goes at its end; the bare row 7
-- days later. A number is never given twice: a send under way may still ask for its row when a
-- shop's erasure has deleted it.
CREATE TABLE event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    shop         TEXT NOT NULL,
    event_id     BLOB NOT NULL,
    name         TEXT NOT NULL,
    event_time   INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    test         INTEGER NOT NULL,          -- 1: it was accepted as a test, and stays one
    checkout     BLOB,
    cart         BLOB,
    visitor      BLOB,
    customer     BLOB,
    order_id     TEXT,
    receipt      INTEGER NOT NULL,          -- 0: a customer's erasure cut every link of this row
    evaluated_at INTEGER NOT NULL,          -- when its grant was read, by the device's clock
    granted_at   INTEGER NOT NULL,          -- the same moment in the server's time
    state        TEXT NOT NULL,             -- held, parked, due, or an end
    at           INTEGER NOT NULL,          -- when it is due or released; when it ended
    ended        INTEGER NOT NULL,          -- 0 or 1
    sending      INTEGER NOT NULL,          -- when it was claimed for a send that is not yet settled; 0: it is not
    sender       INTEGER NOT NULL,          -- the run of the endpoint that has claimed it; 0: the only one
    copy_since   INTEGER,                   -- since when TikTok may hold a copy
    alone        INTEGER NOT NULL,          -- 1: TikTok took a batch with it in part: it goes by itself
    horizon      INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    code         INTEGER,                   -- TikTok's last code
    reason       TEXT NOT NULL,
    history      TEXT NOT NULL,             -- lines of: Unix seconds, tab, what happened
    marks        INTEGER NOT NULL,          -- bits: rules/order.rs, `Mark`
    pixels       INTEGER NOT NULL,          -- bits: which pixels brought it (pixel.rs)
    value        REAL,                      -- a Purchase's, as it was or will be sent
    currency     TEXT,
    fired        INTEGER NOT NULL,          -- 1: the browser says that it fired its copy
    told_value   REAL,                      -- a Purchase's, as the browser told it
    told_currency TEXT,
    payload      TEXT,
    UNIQUE (shop, event_id)
) STRICT;
CREATE INDEX event_next ON event (shop, at) WHERE ended = 0 AND sending = 0 AND state <> 'parked';
-- They go first, also before a backlog of other events that nobody may have to look through for them.
CREATE INDEX event_purchase ON event (shop, at)
    WHERE ended = 0 AND sending = 0 AND state <> 'parked' AND name = 'Purchase';
CREATE INDEX event_horizon ON event (shop, horizon) WHERE ended = 0;
CREATE INDEX event_ended ON event (shop, at) WHERE ended = 1;
-- Purchases by when they came: few of all events, and asked for whenever somebody looks.
CREATE INDEX event_purchase_age ON event (shop, received_at) WHERE name = 'Purchase';

-- What Shopify's webhooks told of an order: 7 days. No contacts; `figures` are amounts, goods and a
-- country. `state` is what became of the order where it has no Purchase, and a copy of its
-- Purchase's end where it has one.
CREATE TABLE order_fact (
    id          INTEGER PRIMARY KEY,
    shop        TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    name        TEXT,                       -- what the merchant calls it: #1001
    event_id    BLOB,                       -- NULL: no checkout made it
    checkout    BLOB,
    cart        BLOB,
    visitor     BLOB,                       -- always null: an order names no browser
    customer    BLOB,                       -- its id and its names
    created_at  INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    sold        TEXT NOT NULL,
    created     INTEGER NOT NULL,           -- 0 or 1, as the following: which webhooks came
    paid        INTEGER NOT NULL,
    cancelled   INTEGER NOT NULL,
    refunded    INTEGER NOT NULL,
    figures     TEXT,                       -- NULL: only its refund has come
    value       REAL,                       -- of `figures`, for sums
    currency    TEXT,
    state       TEXT NOT NULL,
    marks       INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    history     TEXT NOT NULL,
    UNIQUE (shop, order_id)
) STRICT;
CREATE INDEX order_fact_age ON order_fact (shop, received_at);
CREATE INDEX order_fact_event ON order_fact (shop, event_id) WHERE event_id IS NOT NULL;

-- Which webhooks came, so that one that Shopify sends again is done once. 7 days; Shopify tries for
-- 4 hours.
CREATE TABLE webhook (
    shop        TEXT NOT NULL,
    webhook_id  TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (shop, webhook_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_age ON webhook (shop, received_at);

-- Each "no": a shopper's, of anchors and a visitor, and a demand's to erase a customer. `at` is in the
-- server's time. As long as receipts where a beacon has named `who`, else 8 days: a stranger's.
CREATE TABLE withdrawal (
    shop        TEXT NOT NULL,
    who         BLOB NOT NULL,
    at          INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    named       INTEGER NOT NULL,           -- 0 or 1
    PRIMARY KEY (shop, who)
) STRICT, WITHOUT ROWID;
CREATE INDEX withdrawal_age ON withdrawal (shop, named, received_at);

-- Which of the shop's pixels send beacons, by their own account. Written at most once an hour, and at once
-- where it is of another version or has other settings; gone 7 days after the last.
CREATE TABLE pixel (
    shop     TEXT NOT NULL,
    kind     TEXT NOT NULL,                 -- custom, app or npm
    version  TEXT,
    settings TEXT,                          -- the hash of those it runs with
    first_at INTEGER NOT NULL,
    last_at  INTEGER NOT NULL,
    PRIMARY KEY (shop, kind)
) STRICT, WITHOUT ROWID;

-- Every module that this endpoint has been, for pasted code that still names it: 24 months after it
-- was the endpoint's own. No shop and nobody is in it. `last_at`, written at most once a day, stands before
-- the long columns, so that a sweep does not read them.
CREATE TABLE module (
    hash    BLOB PRIMARY KEY NOT NULL,      -- SHA-256 of `bytes`
    last_at INTEGER NOT NULL,
    bytes   BLOB NOT NULL,
    brotli  BLOB                            -- the same, compressed
) STRICT;

-- How a shop's events are spread over 64 shares of all addresses (an HMAC's six bits): -1 without an
-- address, -2 a data centre's. So one sees that most come from one, and no address can be told. A day.
CREATE TABLE address_share (
    shop  TEXT NOT NULL,
    hour  INTEGER NOT NULL,                 -- since 1970-01-01, UTC
    share INTEGER NOT NULL,
    n     INTEGER NOT NULL,
    PRIMARY KEY (shop, hour, share)
) STRICT, WITHOUT ROWID;

-- How many events came in an hour, and how many of them had what TikTok recognises a shopper by: whether,
-- never what. So `assent check` sees what is missing. 7 days.
CREATE TABLE payload_count (
    shop        TEXT NOT NULL,
    hour        INTEGER NOT NULL,           -- since 1970-01-01, UTC
    name        TEXT NOT NULL,              -- TikTok's name of the event
    last_at     INTEGER NOT NULL,
    events      INTEGER NOT NULL,
    fired       INTEGER NOT NULL,           -- by the browser too, as all of the following: of these events
    external_id INTEGER NOT NULL,
    email       INTEGER NOT NULL,
    phone       INTEGER NOT NULL,
    ttclid      INTEGER NOT NULL,
    ttp         INTEGER NOT NULL,
    ip          INTEGER NOT NULL,
    PRIMARY KEY (shop, hour, name)
) STRICT, WITHOUT ROWID;

-- When Shopify last told of each topic: a row each.
CREATE TABLE topic (
    shop    TEXT NOT NULL,
    topic   TEXT NOT NULL,                  -- Shopify's name of it
    last_at INTEGER NOT NULL,
    PRIMARY KEY (shop, topic)
) STRICT, WITHOUT ROWID;

-- What the doors refused of a known shop, and why, from closed lists: nothing of what was sent. 90 days.
CREATE TABLE refusal (
    shop    TEXT NOT NULL,
    day     INTEGER NOT NULL,               -- days since 1970-01-01, UTC
    door    TEXT NOT NULL,                  -- webhooks or beacons
    reason  TEXT NOT NULL,
    n       INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (shop, day, door, reason)
) STRICT, WITHOUT ROWID;

-- The endpoints that share this store, each by its run's number, and when each was last heard of, by the
-- database's own clock: so long what it has claimed is left to it. Nobody is in here where one has the store alone.
CREATE TABLE endpoint (
    run     INTEGER PRIMARY KEY,
    seen_at INTEGER NOT NULL
) STRICT;

-- Counts of bare rows that have gone, and what they were worth, for `report`.
CREATE TABLE tally (
    shop     TEXT NOT NULL,
    day      INTEGER NOT NULL,           -- days since 1970-01-01, in the shop's time zone of then
    name     TEXT NOT NULL,
    test     INTEGER NOT NULL,
    state    TEXT NOT NULL,
    marks    INTEGER NOT NULL,
    currency TEXT NOT NULL,              -- empty: none was told
    n        INTEGER NOT NULL,
    value    REAL NOT NULL,              -- the sum of them
    PRIMARY KEY (shop, day, name, test, state, marks, currency)
) STRICT, WITHOUT ROWID;

-- The same of orders.
CREATE TABLE order_tally (
    shop     TEXT NOT NULL,
    day      INTEGER NOT NULL,           -- days since 1970-01-01, in the shop's time zone of then
    state    TEXT NOT NULL,              -- `unread`: nothing but its number was ever known
    marks    INTEGER NOT NULL,
    currency TEXT NOT NULL,              -- empty: none was told
    n        INTEGER NOT NULL,
    value    REAL NOT NULL,              -- the sum of them
    PRIMARY KEY (shop, day, state, marks, currency)
) STRICT, WITHOUT ROWID;

-- What Shopify's compliance topics demanded. By whom it was meant goes as soon as it is done; the
-- bare record stays as long as receipts.
CREATE TABLE demand (
    id          INTEGER PRIMARY KEY,
    shop        TEXT NOT NULL,
    topic       TEXT NOT NULL,              -- Shopify's name of it
    request     TEXT,                       -- Shopify's number of a data request
    whom        TEXT,                       -- JSON: what finds the customer, in hex
    received_at INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    erased      INTEGER NOT NULL DEFAULT 0, -- rows that a shop's erasure has deleted so far
    done_at     INTEGER,
    outcome     TEXT                        -- counts in words, or a file's name
) STRICT;
CREATE INDEX demand_open ON demand (shop, received_at) WHERE done_at IS NULL;
CREATE INDEX demand_done ON demand (shop, done_at) WHERE done_at IS NOT NULL;
