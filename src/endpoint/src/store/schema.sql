-- Four kinds of rows with four lives (docs/contract.md#what-is-stored). Nearly every key leads with the
-- shop. In columns that are searched customers stand as HMACs under the shop's own key (`visitor`, `who`);
-- only an event's `payload` holds their hashes as TikTok gets them, until the event ends.

CREATE TABLE shop (
    domain    TEXT PRIMARY KEY,
    index_key BLOB NOT NULL,
    paused    TEXT                          -- why its queue stands still, if it does
) STRICT;

-- Evidence only: what a grant rested on. Lives `receipts_months`. Equal evidence under equal links
-- is one row, whose `evaluated_at` is the latest reading; `evidence` itself is without that time. A
-- customer's erasure leaves it bare: no links, a digest that says nothing, and evidence without the
-- ids and values of its records.
CREATE TABLE receipt (
    id           INTEGER PRIMARY KEY,
    shop         TEXT NOT NULL,
    digest       BLOB NOT NULL,
    checkout     TEXT,
    cart         TEXT,
    visitor      BLOB,
    first_at     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    evaluated_at INTEGER NOT NULL,
    evidence     TEXT NOT NULL,
    UNIQUE (shop, digest)
) STRICT;
CREATE INDEX receipt_age ON receipt (last_at);
CREATE INDEX receipt_checkout ON receipt (shop, checkout) WHERE checkout IS NOT NULL;
CREATE INDEX receipt_cart ON receipt (shop, cart) WHERE cart IS NOT NULL;
CREATE INDEX receipt_visitor ON receipt (shop, visitor) WHERE visitor IS NOT NULL;

-- What an order would need that only the browser knew. Until its Purchase settles, at most 48 h
-- after the last event.
CREATE TABLE context (
    shop         TEXT NOT NULL,
    anchor       TEXT NOT NULL,
    cart         TEXT,
    visitor      BLOB,
    evaluated_at INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    payload      TEXT NOT NULL,
    PRIMARY KEY (shop, anchor)
) STRICT;
CREATE INDEX context_age ON context (last_at);
CREATE INDEX context_cart ON context (shop, cart) WHERE cart IS NOT NULL;
CREATE INDEX context_visitor ON context (shop, visitor) WHERE visitor IS NOT NULL;

-- Event and debt. `payload` (the event with everything personal) goes at its end; the bare row 7
-- days later. A number is never given twice: a send under way may still ask for its row when a
-- shop's erasure has deleted it.
CREATE TABLE event (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    shop         TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    name         TEXT NOT NULL,
    event_time   INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    checkout     TEXT,
    cart         TEXT,
    visitor      BLOB,
    order_id     TEXT,
    receipt      INTEGER NOT NULL,          -- 0: a customer's erasure cut every link of this row
    evaluated_at INTEGER NOT NULL,
    state        TEXT NOT NULL,             -- held, parked, due, or an end
    at           INTEGER NOT NULL,          -- when it is due or released; when it ended
    ended        INTEGER NOT NULL,          -- 0 or 1
    sending      INTEGER NOT NULL,          -- 1: claimed for a send that is not yet settled
    first_copy   INTEGER NOT NULL,          -- 1: TikTok may hold a copy
    horizon      INTEGER NOT NULL,
    attempts     INTEGER NOT NULL,
    code         INTEGER,                   -- TikTok's last code
    reason       TEXT NOT NULL,
    history      TEXT NOT NULL,             -- lines of: Unix seconds, tab, what happened
    marks        INTEGER NOT NULL,          -- bits: rules/order.rs, `Mark`
    pixels       INTEGER NOT NULL,          -- bits: which pixels brought it (pixel.rs)
    value        REAL,                      -- a Purchase's, as it was or will be sent
    currency     TEXT,
    payload      TEXT,
    UNIQUE (shop, event_id)
) STRICT;
CREATE INDEX event_next ON event (shop, at) WHERE ended = 0 AND sending = 0 AND state <> 'parked';
CREATE INDEX event_horizon ON event (horizon) WHERE ended = 0;
CREATE INDEX event_ended ON event (at) WHERE ended = 1;
CREATE INDEX event_checkout ON event (shop, checkout) WHERE checkout IS NOT NULL;
CREATE INDEX event_cart ON event (shop, cart) WHERE cart IS NOT NULL;
CREATE INDEX event_visitor ON event (shop, visitor) WHERE visitor IS NOT NULL;
CREATE INDEX event_order ON event (order_id) WHERE order_id IS NOT NULL;

-- What Shopify's webhooks told of an order: 7 days. No contacts; `figures` are amounts, goods and a
-- country. `state` is what became of the order where it has no Purchase, and a copy of its
-- Purchase's end where it has one.
CREATE TABLE order_fact (
    id          INTEGER PRIMARY KEY,
    shop        TEXT NOT NULL,
    order_id    TEXT NOT NULL,
    event_id    TEXT,                       -- NULL: no checkout made it
    checkout    TEXT,
    cart        TEXT,
    created_at  INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    sold        TEXT NOT NULL,
    created     INTEGER NOT NULL,           -- 0 or 1, as the following: which webhooks came
    paid        INTEGER NOT NULL,
    cancelled   INTEGER NOT NULL,
    refunded    INTEGER NOT NULL,
    figures     TEXT,                       -- NULL: only its refund has come
    state       TEXT NOT NULL,
    marks       INTEGER NOT NULL,
    reason      TEXT NOT NULL,
    history     TEXT NOT NULL,
    UNIQUE (shop, order_id)
) STRICT;
CREATE INDEX order_fact_age ON order_fact (received_at);
CREATE INDEX order_fact_event ON order_fact (shop, event_id) WHERE event_id IS NOT NULL;
CREATE INDEX order_fact_checkout ON order_fact (shop, checkout) WHERE checkout IS NOT NULL;
CREATE INDEX order_fact_cart ON order_fact (shop, cart) WHERE cart IS NOT NULL;
CREATE INDEX order_fact_order ON order_fact (order_id);

-- Which webhooks came, so that one that Shopify sends again is done once. 7 days; Shopify tries for
-- 4 hours.
CREATE TABLE webhook (
    shop        TEXT NOT NULL,
    webhook_id  TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (shop, webhook_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_age ON webhook (received_at);

-- Which events concern an e-mail or phone, so that a customer can be erased.
CREATE TABLE customer (
    shop  TEXT NOT NULL,
    who   BLOB NOT NULL,
    event INTEGER NOT NULL,
    PRIMARY KEY (shop, who, event)
) STRICT, WITHOUT ROWID;
CREATE INDEX customer_event ON customer (event);

-- Each "no", as long as receipts. `who`: an anchor's text or a visitor's HMAC. `at` is the device's
-- time.
CREATE TABLE withdrawal (
    shop        TEXT NOT NULL,
    who         BLOB NOT NULL,
    at          INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    PRIMARY KEY (shop, who)
) STRICT, WITHOUT ROWID;
CREATE INDEX withdrawal_age ON withdrawal (received_at);

-- Which of the shop's pixels send beacons, by their own account. Written at most once an hour; gone
-- 7 days after the last.
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
CREATE INDEX address_share_age ON address_share (hour);

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

-- Counts of bare rows that have gone, for `report`.
CREATE TABLE tally (
    day   INTEGER NOT NULL,              -- days since 1970-01-01, UTC
    shop  TEXT NOT NULL,
    name  TEXT NOT NULL,
    state TEXT NOT NULL,
    marks INTEGER NOT NULL,
    n     INTEGER NOT NULL,
    PRIMARY KEY (day, shop, name, state, marks)
) STRICT, WITHOUT ROWID;

-- The same of orders.
CREATE TABLE order_tally (
    day   INTEGER NOT NULL,              -- days since 1970-01-01, UTC
    shop  TEXT NOT NULL,
    state TEXT NOT NULL,
    marks INTEGER NOT NULL,
    n     INTEGER NOT NULL,
    PRIMARY KEY (day, shop, state, marks)
) STRICT, WITHOUT ROWID;

-- What Shopify's compliance topics demanded. By whom it was meant goes as soon as it is done; the
-- bare record stays as long as receipts.
CREATE TABLE demand (
    id          INTEGER PRIMARY KEY,
    shop        TEXT NOT NULL,
    topic       TEXT NOT NULL,              -- Shopify's name of it
    request     TEXT,                       -- Shopify's number of a data request
    contacts    TEXT,                       -- JSON: HMACs in hex
    orders      TEXT,                       -- JSON: order ids
    received_at INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    erased      INTEGER NOT NULL DEFAULT 0, -- rows that a shop's erasure has deleted so far
    done_at     INTEGER,
    outcome     TEXT                        -- counts in words, or a file's name
) STRICT;
CREATE INDEX demand_open ON demand (shop, received_at) WHERE done_at IS NULL;
CREATE INDEX demand_done ON demand (done_at) WHERE done_at IS NOT NULL;
