//! Table `event` again: what the deeds read of events whose debt is still open, and of those that
//! an erasure reaches.

use crate::store::engine::{Params, Row, params};
use std::collections::BTreeSet;

use assent_gate::consent::Evidence;
use assent_gate::hex::EventId;
use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;

use super::event::{Ground, Payload};
use super::tx::Tx;
use super::{columns, ended, endpoint, event_changes, link};
use crate::rules::debt::{Debt, End, State};
use crate::rules::mode::Mode;
use crate::rules::sentences;
use crate::run_number::RunNumber;
use crate::store::error::Result;
use crate::store::links::{Kind, Link, Links};

/// An event that has not ended, as far as a step of its debt has to see it.
pub(in crate::store) struct OpenEvent {
    pub(in crate::store) id: i64,
    pub(in crate::store) debt: Debt,
    pub(in crate::store) personal: Personal<Vec<u8>>,
    /// When it was claimed for a send that nobody has settled.
    pub(in crate::store) sending: Option<Timestamp>,
    /// By the endpoint of this run.
    pub(in crate::store) sender: RunNumber,
    /// TikTok's last code.
    pub(in crate::store) code: Option<i64>,
}

/// The personal part: as the row has it, or as [`Personal::read`] understands it.
pub(in crate::store) enum Personal<Part = Payload> {
    Here(Part),
    /// It is not as this release writes it.
    Unreadable,
    /// A withdrawal took it while a send was under way.
    Gone,
}

impl OpenEvent {
    /// Whether another endpoint than this transaction's has claimed it.
    pub(in crate::store) fn is_anothers(&self, tx: Tx<'_>) -> bool {
        self.sending.is_some() && self.sender != tx.run()
    }
}

impl<Part> Personal<Part> {
    pub(in crate::store) fn is_gone(&self) -> bool {
        matches!(self, Self::Gone)
    }
}

impl Personal<Vec<u8>> {
    /// Read only where it is needed: most steps of a debt need not look at it.
    pub(in crate::store) fn read(&self) -> Personal {
        match self {
            Self::Here(json) => {
                serde_json::from_slice(json).map_or(Personal::Unreadable, Personal::Here)
            }
            Self::Unreadable => Personal::Unreadable,
            Self::Gone => Personal::Gone,
        }
    }
}

/// An event with what is asked before it may leave: its evidence, and whom a no could name.
pub(in crate::store) struct Candidate {
    pub(in crate::store) open: OpenEvent,
    pub(in crate::store) mode: Mode,
    /// `None`: it is gone or cannot be read, and so is no grant.
    pub(in crate::store) evidence: Option<Evidence>,
    pub(in crate::store) ground: Ground,
    pub(in crate::store) links: Links,
}

/// What an erasure has to know of an event.
pub(in crate::store) struct Erasable {
    pub(in crate::store) open: OpenEvent,
    pub(in crate::store) receipt: i64,
}

/// Where an event stands, for an erasure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Standing {
    Open,
    Ended,
    /// It ends by being looked at where the store can be written.
    Unreadable,
}

/// The columns that [`open_event`] reads, in order, and how many they are.
const OPEN: &str = "event.id, event.state, event.at, event.event_time, event.copy_since, \
                    event.attempts, event.alone, event.payload, event.sending, event.code, \
                    event.sender";
const OPEN_COLUMNS: usize = 11;
/// What may be claimed: asked alike for what is due and for when the next falls due.
const CLAIMABLE: &str = "event.ended = 0 AND event.sending = 0 AND event.state <> 'parked'";

fn open_event(row: &Row<'_>) -> Result<OpenEvent> {
    let payload = columns::text(row, 7)?.map(<[u8]>::to_vec);
    let debt = Debt {
        state: columns::state(row, 1, 2)?,
        event_time: columns::time(row, 3)?,
        first_copy: columns::first_copy(row, 4)?,
        attempts: row.get(5)?,
        alone: row.get(6)?,
    };
    let since: i64 = row.get(8)?;
    Ok(OpenEvent {
        id: row.get(0)?,
        debt,
        personal: payload.map_or(Personal::Gone, Personal::Here),
        sending: (since != 0).then_some(Timestamp(since)),
        code: row.get(9)?,
        sender: RunNumber(row.get(10)?),
    })
}

/// What the deeds ask of a shop's events, at this moment.
#[derive(Clone, Copy)]
pub(in crate::store) struct Events<'a> {
    tx: Tx<'a>,
    shop: &'a ShopDomain,
    now: Timestamp,
}

/// The events of this shop.
pub(in crate::store) fn of<'a>(tx: Tx<'a>, shop: &'a ShopDomain, now: Timestamp) -> Events<'a> {
    Events { tx, shop, now }
}

/// How they are read.
impl Events<'_> {
    /// A row that cannot be read ends by itself, whatever column it is, and the others go on.
    fn sound<T>(
        self,
        sql: &str,
        keys: Params<'_>,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let (sound, damaged) = self.tx.list_sound(sql, keys, read)?;
        for id in damaged {
            say_unreadable(id);
            self.end_damaged(id)?;
        }
        Ok(sound)
    }

    /// It ends like any other, as far as what is left of it can be read.
    fn end_damaged(self, id: i64) -> Result<()> {
        let Self { tx, shop, now } = self;
        if event_changes::end_damaged(tx, shop, id, sentences::UNREADABLE, now)?
            && let Err(error) = ended::follows(tx, shop, id, End::Erased, now)
        {
            if !error.spares_the_transaction() {
                return Err(error);
            }
            tracing::error!(event = id, %error, "what follows from its end could not be done");
        }
        Ok(())
    }

    /// The events of which `of` says which; ?1 is the shop.
    fn open(self, of: &str, keys: Params<'_>) -> Result<Vec<OpenEvent>> {
        self.open_where(&format!("shop = ?1 AND {of}"), keys)
    }

    fn open_where(self, of: &str, keys: Params<'_>) -> Result<Vec<OpenEvent>> {
        self.sound(&format!("SELECT {OPEN} FROM event WHERE {of}"), keys, open_event)
    }

    fn candidates(self, of: &str, keys: Params<'_>) -> Result<Vec<Candidate>> {
        self.sound(&select_candidates(of), keys, candidate)
    }

    /// Whether all of its row can be read, and what is personal in it. Nothing is done about one that cannot.
    pub(in crate::store) fn is_readable(self, id: i64) -> Result<bool> {
        let keys = params![self.shop.as_str(), id];
        let (sound, damaged) =
            self.tx.list_sound(&select_candidates("event.id = ?2"), keys, candidate)?;
        let is_read = |one: &Candidate| !matches!(one.open.personal.read(), Personal::Unreadable);
        Ok(damaged.is_empty() && sound.iter().all(is_read))
    }
}

fn select_candidates(of: &str) -> String {
    format!(
        "SELECT {OPEN}, event.test, receipt.evidence, event.receipt, event.evaluated_at,
             event.granted_at, event.checkout, event.cart, event.visitor,
             event.customer
         FROM event LEFT JOIN receipt ON receipt.shop = event.shop AND receipt.id = event.receipt
         WHERE event.shop = ?1 AND {of}"
    )
}

fn candidate(row: &Row<'_>) -> Result<Candidate> {
    let open = open_event(row)?;
    let evidence: Option<Evidence> = columns::of_json(row, OPEN_COLUMNS + 1)?;
    if evidence.is_none() && columns::text(row, OPEN_COLUMNS + 1)?.is_some() {
        say_unreadable(open.id);
    }
    let ground = Ground {
        receipt: row.get(OPEN_COLUMNS + 2)?,
        evaluated_at: columns::time(row, OPEN_COLUMNS + 3)?,
        granted_at: columns::time(row, OPEN_COLUMNS + 4)?,
    };
    let evaluated_at = ground.evaluated_at;
    Ok(Candidate {
        open,
        mode: Mode::of(row.get(OPEN_COLUMNS)?),
        evidence: evidence.map(|evidence| Evidence { evaluated_at, ..evidence }),
        ground,
        links: columns::links_at(row, OPEN_COLUMNS + 5)?,
    })
}

/// What stands there may be personal, so only the row's number is told.
pub(in crate::store) fn say_unreadable(event: i64) {
    tracing::error!(event, "a row of the store cannot be read; it alone is ended");
}

/// What is to be sent.
impl Events<'_> {
    /// Up to `limit` events that are due, or whose hold is over. Purchases first, and of them the
    /// latest; of the rest the latest and the longest due by turns: what is fresh does not wait
    /// behind a backlog, and no backlog waits for ever. Of one (a paused shop's probe) the longest
    /// due, so that it is each time another. Tests only where they can be sent.
    pub(in crate::store) fn due(self, tests: bool, limit: i64) -> Result<Vec<Candidate>> {
        let fresh = [
            ("AND event.name = 'Purchase' ORDER BY event.at DESC", limit / 2),
            ("ORDER BY event.at DESC", limit / 4),
        ];
        let mut due: Vec<Candidate> = Vec::new();
        for (lane, most) in fresh.into_iter().chain([("ORDER BY event.at", limit)]) {
            let known: BTreeSet<i64> = due.iter().map(|candidate| candidate.open.id).collect();
            let taken = i64::try_from(known.len()).unwrap_or(limit);
            let room = most.min(limit - taken);
            if room == 0 {
                continue;
            }
            let of = format!("{CLAIMABLE} AND event.at <= ?2 AND event.test <= ?3 {lane} LIMIT ?4");
            // What an earlier lane has is found again here.
            let keys = params![self.shop.as_str(), self.now.0, tests, room + taken];
            let found = self.candidates(&of, keys)?.into_iter();
            let new = found.filter(|candidate| !known.contains(&candidate.open.id));
            due.extend(new.take(usize::try_from(room).unwrap_or(0)));
        }
        Ok(due)
    }

    /// When the next falls due.
    pub(in crate::store) fn next_due(self, tests: bool) -> Result<Option<Timestamp>> {
        let sql =
            format!("SELECT min(at) FROM event WHERE shop = ?1 AND {CLAIMABLE} AND test <= ?2");
        let keys = params![self.shop.as_str(), tests];
        let at: Option<Option<i64>> = self.tx.find(&sql, keys, |row| Ok(row.get(0)?))?;
        Ok(at.flatten().map(Timestamp))
    }

    /// An event that this endpoint has claimed for a send, if it still is.
    pub(in crate::store) fn claimed(self, id: i64) -> Result<Option<Candidate>> {
        let claimed =
            "event.id = ?2 AND event.ended = 0 AND event.sending > 0 AND event.sender = ?3";
        let keys = params![self.shop.as_str(), id, self.tx.run().0];
        Ok(self.candidates(claimed, keys)?.pop())
    }

    pub(in crate::store) fn candidate(self, id: i64) -> Result<Option<Candidate>> {
        Ok(self.candidates("event.id = ?2", params![self.shop.as_str(), id])?.pop())
    }

    pub(in crate::store) fn not_ended(self, id: i64) -> Result<Option<OpenEvent>> {
        Ok(self.open("id = ?2 AND ended = 0", params![self.shop.as_str(), id])?.pop())
    }

    /// If this endpoint has claimed it, and nobody has settled its send.
    pub(in crate::store) fn under_way(self, id: i64) -> Result<Option<OpenEvent>> {
        let of = "id = ?2 AND ended = 0 AND sending > 0 AND sender = ?3";
        Ok(self.open(of, params![self.shop.as_str(), id, self.tx.run().0])?.pop())
    }

    /// The numbers of all that this endpoint has claimed.
    pub(in crate::store) fn all_claimed(self) -> Result<Vec<i64>> {
        let sql =
            "SELECT id FROM event WHERE shop = ?1 AND ended = 0 AND sending > 0 AND sender = ?2";
        self.tx.list(sql, params![self.shop.as_str(), self.tx.run().0], |row| Ok(row.get(0)?))
    }

    /// Those whose send nobody will settle: who has claimed them is not heard of any more.
    pub(in crate::store) fn left_under_way(self) -> Result<Vec<OpenEvent>> {
        let of = format!("ended = 0 AND sending > 0 AND {}", endpoint::is_unheard_of("sender"));
        self.open(&of, params![self.shop.as_str()])
    }

    /// Some of what waits past its horizon.
    pub(in crate::store) fn past_horizon(self, limit: i64) -> Result<Vec<OpenEvent>> {
        let late = "ended = 0 AND sending = 0 AND horizon <= ?2 LIMIT ?3";
        self.open(late, params![self.shop.as_str(), self.now.0, limit])
    }

    pub(in crate::store) fn any_open(self) -> Result<bool> {
        let sql = "SELECT 1 FROM event WHERE shop = ?1 AND ended = 0";
        self.tx.exists(sql, params![self.shop.as_str()])
    }

    /// Some of what has not ended, whatever it waits for.
    pub(in crate::store) fn some_open(self, limit: i64) -> Result<Vec<OpenEvent>> {
        self.open("ended = 0 LIMIT ?2", params![self.shop.as_str(), limit])
    }

    /// What has not ended, hangs on `link` and rests on evidence up to `until`.
    pub(in crate::store) fn withdrawable(
        self,
        link: Link,
        until: Timestamp,
    ) -> Result<Vec<OpenEvent>> {
        let of = format!(
            "{} AND ended = 0 AND granted_at <= ?3 AND payload IS NOT NULL",
            link::hanging(Kind::Event)
        );
        self.open_where(&of, params![self.shop.as_str(), link, until.0])
    }
}

/// Every shop of which something may be claimed, and when the first of it falls due: the index of what is next is read
/// from shop to shop, however much waits of each, so that nobody asks shop after shop.
pub(in crate::store) fn waiting_shops(tx: Tx<'_>) -> Result<Vec<(ShopDomain, Timestamp)>> {
    let sql = format!(
        "WITH RECURSIVE waiting (shop) AS (
             SELECT min(event.shop) FROM event WHERE {CLAIMABLE}
             UNION ALL
             SELECT (SELECT min(event.shop) FROM event
                     WHERE event.shop > waiting.shop AND {CLAIMABLE})
             FROM waiting WHERE waiting.shop IS NOT NULL)
         SELECT waiting.shop,
             (SELECT min(event.at) FROM event WHERE event.shop = waiting.shop AND {CLAIMABLE})
         FROM waiting WHERE waiting.shop IS NOT NULL"
    );
    let found = tx.list(&sql, params![], |row| {
        Ok((row.get::<String>(0)?.parse().ok(), columns::time(row, 1)?))
    })?;
    Ok(found.into_iter().filter_map(|(shop, at)| Some((shop?, at))).collect())
}

/// One event by its name.
impl Events<'_> {
    /// An event that waits on evidence older than `granted_at`; `true`: of the same visitor.
    pub(in crate::store) fn on_older_grant(
        self,
        event_id: &EventId,
        granted_at: Timestamp,
        visitor: Option<Link>,
    ) -> Result<Option<(OpenEvent, bool)>> {
        let sql = format!(
            "SELECT {OPEN}, CASE WHEN visitor = ?4 THEN 1 ELSE 0 END FROM event
             WHERE shop = ?1 AND event_id = ?2 AND ended = 0 AND granted_at < ?3"
        );
        let id = columns::of_event_id(event_id);
        let keys = params![self.shop.as_str(), id, granted_at.0, visitor];
        let found = self.sound(&sql, keys, |row| Ok((open_event(row)?, row.get(OPEN_COLUMNS)?)))?;
        Ok(found.into_iter().next())
    }

    /// An event that waits.
    pub(in crate::store) fn waiting(self, event_id: &EventId) -> Result<Option<OpenEvent>> {
        let of = "event_id = ?2 AND ended = 0";
        let keys = params![self.shop.as_str(), columns::of_event_id(event_id)];
        Ok(self.open(of, keys)?.pop())
    }

    pub(in crate::store) fn erasable(self, id: i64) -> Result<Option<Erasable>> {
        let sql = format!("SELECT {OPEN}, receipt FROM event WHERE shop = ?1 AND id = ?2");
        let read = |row: &Row<'_>| {
            Ok(Erasable { open: open_event(row)?, receipt: row.get(OPEN_COLUMNS)? })
        };
        Ok(self.sound(&sql, params![self.shop.as_str(), id], read)?.pop())
    }

    /// Only read: a dry run asks it too.
    pub(in crate::store) fn standing(self, id: i64) -> Result<Standing> {
        let sql = format!("SELECT {OPEN} FROM event WHERE shop = ?1 AND id = ?2");
        let (sound, _) = self.tx.list_sound(&sql, params![self.shop.as_str(), id], open_event)?;
        Ok(match sound.first().map(|open| &open.debt.state) {
            Some(State::Ended(_)) => Standing::Ended,
            Some(State::Held { .. } | State::Parked | State::Due { .. }) => Standing::Open,
            None => Standing::Unreadable,
        })
    }
}
