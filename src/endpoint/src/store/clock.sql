-- What is kept of the server's clock, so that one which jumps ahead ends no receipts (rules/clock.rs).
-- One row; of nobody.
CREATE TABLE clock (
    id       INTEGER PRIMARY KEY CHECK (id = 1),
    believed INTEGER NOT NULL,              -- what it said when it was last believed
    seen     INTEGER NOT NULL,              -- what it said last
    lasted   INTEGER NOT NULL               -- seconds that it has gone on after a jump
) STRICT;
