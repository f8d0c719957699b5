//! What may be sent now. A claim is committed before the first byte leaves, so that after a crash it is known which
//! events TikTok may already have; consent is asked again in the same transaction.

use std::sync::Arc;

use assent_gate::admission::still_granted;
use assent_gate::beacon::WireEvent;
use assent_gate::consent::{Evidence, Grant};
use assent_gate::time::Timestamp;
use rusqlite::{Connection, Row, params};

use crate::config::Shop;
use crate::rules::debt::{Debt, End, State};
use crate::rules::hold;
use crate::rules::order::Mark;
use crate::secret::ClientIp;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::rows::event::{self as row, OPEN, Open, Payload, Step};
use crate::store::rows::order as fact;
use crate::store::withdraw::{NO_LONGER, WITHDRAWN, ended, withdrawn, withdrawn_at};

const UNREADABLE: &str = "the store's copy of it can no longer be read; everything personal was erased";

/// An event to be sent now, with leave to send it.
#[derive(Debug)]
pub struct Owed {
    pub id: i64,
    pub grant: Grant,
    pub event: WireEvent,
    pub ip: Option<ClientIp>,
}

#[derive(Debug)]
pub struct Claim {
    /// What may now be sent, once [`Store::renew`] has given leave for it.
    pub ids: Vec<i64>,
    /// When the next event of this shop falls due, as far as is known now.
    pub next: Option<Timestamp>,
}

impl Store {
    /// Claims up to `limit` events of `shop` that are due, or whose hold is over. What must not be sent ends here.
    pub async fn claim(&self, shop: &Arc<Shop>, limit: usize, now: Timestamp) -> Result<Claim, StoreError> {
        let (shop, limit) = (shop.clone(), i64::try_from(limit).unwrap_or(i64::MAX));
        self.writer.write(move |tx| claim(tx, &shop, limit, now)).await
    }

    /// Asks again about claimed events, in the last transaction before a send of them, and gives leave for it. Those
    /// withdrawn meanwhile are ended.
    pub async fn renew(&self, shop: &Arc<Shop>, ids: Vec<i64>, now: Timestamp) -> Result<Vec<Owed>, StoreError> {
        let shop = shop.clone();
        self.writer.write(move |tx| renew(tx, &shop, &ids, now)).await
    }
}

/// A candidate row: the debt, the evidence it rests on, and whom a withdrawal could name.
pub(super) struct Candidate {
    pub(super) open: Open,
    /// `None`: it is gone or cannot be read, and so is no grant.
    evidence: Option<Evidence>,
    whos: Vec<Vec<u8>>,
}

const CANDIDATE: &str = "receipt.evidence, event.evaluated_at, event.checkout, event.cart, event.visitor";
/// What a courier may find: asked alike for what is due and for when the next falls due.
const WAITING: &str = "event.ended = 0 AND event.sending = 0 AND event.state <> 'parked'";

impl Candidate {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let open = Open::read(row)?;
        let evidence = row.get_ref(7)?.as_bytes_or_null()?.and_then(|json| from_json::<Evidence>(open.id, json));
        let evaluated_at = Timestamp(row.get(8)?);
        let evidence = evidence.map(|evidence| Evidence { evaluated_at, ..evidence });
        let anchors = [row.get::<_, Option<String>>(9)?, row.get(10)?];
        let visitor: Option<Vec<u8>> = row.get(11)?;
        let whos = anchors.into_iter().flatten().map(String::into_bytes).chain(visitor).collect();
        Ok(Self { open, evidence, whos })
    }
}

pub(super) fn candidates(tx: &Connection, of: &str, keys: impl rusqlite::Params) -> rusqlite::Result<Vec<Candidate>> {
    let sql =
        format!("SELECT {OPEN}, {CANDIDATE} FROM event LEFT JOIN receipt ON receipt.id = event.receipt WHERE {of}");
    tx.prepare_cached(&sql)?.query_map(keys, Candidate::read)?.collect()
}

pub(super) fn claim(tx: &Connection, shop: &Shop, limit: i64, now: Timestamp) -> rusqlite::Result<Claim> {
    let domain = shop.settings.shop.as_str();
    let due = format!("event.shop = ?1 AND {WAITING} AND event.at <= ?2 ORDER BY event.at LIMIT ?3");
    let mut ids = Vec::new();
    for candidate in &candidates(tx, &due, params![domain, now.0, limit])? {
        let debt = candidate.open.debt;
        if leave(tx, shop, candidate, now)?.is_some() && begin(tx, shop, candidate.open.id, debt, now)? {
            ids.push(candidate.open.id);
        }
    }
    let next = tx
        .prepare_cached(&format!("SELECT min(at) FROM event WHERE shop = ?1 AND {WAITING}"))?
        .query_row([domain], |row| row.get::<_, Option<i64>>(0))?;
    Ok(Claim { ids, next: next.map(Timestamp) })
}

pub(super) fn renew(tx: &Connection, shop: &Shop, ids: &[i64], now: Timestamp) -> rusqlite::Result<Vec<Owed>> {
    let mut owed = Vec::with_capacity(ids.len());
    for id in ids {
        for candidate in &candidates(tx, "event.id = ?1 AND event.ended = 0 AND event.sending = 1", [id])? {
            let Some((grant, Payload { event, ip })) = leave(tx, shop, candidate, now)? else { continue };
            let debt = candidate.open.debt.at(now);
            // Nothing is written for what goes on as it was: a commit without a change costs no fsync.
            if debt == candidate.open.debt || begin(tx, shop, *id, debt, now)? {
                owed.push(Owed { id: *id, grant, event, ip });
            }
        }
    }
    Ok(owed)
}

/// Leave to send the event, and what is to be sent; or its end, where there is none.
pub(super) fn leave(
    tx: &Connection,
    shop: &Shop,
    candidate: &Candidate,
    now: Timestamp,
) -> rusqlite::Result<Option<(Grant, Payload)>> {
    let Candidate { open, evidence, whos } = candidate;
    let withdrawal = withdrawn_at(tx, shop.settings.shop.as_str(), whos.iter().cloned())?;
    let grant = evidence.as_ref().and_then(|evidence| still_granted(evidence, &shop.settings, withdrawal));
    let payload = open.payload.as_deref().map(|json| from_json::<Payload>(open.id, json));
    match (grant, payload) {
        (Some(grant), Some(Some(payload))) => return Ok(Some((grant, payload))),
        (Some(_), Some(None)) => ended(tx, open, End::Erased, UNREADABLE, now)?,
        (None, Some(_)) => {
            let by_shopper = withdrawal.is_some_and(|at| evidence.as_ref().is_some_and(|e| e.evaluated_at <= at));
            withdrawn(tx, open, if by_shopper { WITHDRAWN } else { NO_LONGER }, now)?;
        }
        (_, None) => withdrawn(tx, open, WITHDRAWN, now)?,
    }
    Ok(None)
}

/// Marks the event as being sent (`true`), or takes the step that keeps it from being sent.
fn begin(tx: &Connection, shop: &Shop, id: i64, debt: Debt, now: Timestamp) -> rusqlite::Result<bool> {
    let held = matches!(debt.state, State::Held { .. });
    let (debt, what) = released(debt.at(now), shop, now);
    let (sending, reason) = match debt.state {
        State::Due { .. } => (true, "on its way to TikTok"),
        State::Parked => (false, "unconfirmed"),
        State::Held { .. } => (false, "waits for its order"),
        State::Ended(_) => (false, crate::store::sweep::EXPIRED),
    };
    let what = what.or((!sending).then_some(reason));
    if held && sending {
        fact::mark_row(tx, id, Mark::SentUnconfirmed)?;
    }
    row::write(tx, &Step { id, debt, sending, code: None, reason, what }, now)?;
    Ok(sending)
}

fn released(debt: Debt, shop: &Shop, now: Timestamp) -> (Debt, Option<&'static str>) {
    match debt.state {
        State::Held { .. } => {
            let debt = hold::release(debt, shop.purchase.unconfirmed, now);
            (debt, Some("its order did not come within hold_seconds"))
        }
        State::Parked | State::Due { .. } | State::Ended(_) => (debt, None),
    }
}

/// `None`: not as this release writes it. What was there may be personal, so only the row's number is told.
fn from_json<'a, T: serde::Deserialize<'a>>(event: i64, json: &'a [u8]) -> Option<T> {
    let read = serde_json::from_slice(json).ok();
    if read.is_none() {
        tracing::error!(event, "a row of the store cannot be read; it alone is ended");
    }
    read
}
