//! What may be sent now. A claim is committed before the first byte leaves, so that after a crash it is known which
//! events TikTok may already have; consent is asked again in the same transaction.

use std::sync::Arc;

use assent_gate::admission::still_granted;
use assent_gate::beacon::WireEvent;
use assent_gate::consent::{Evidence, Grant};
use assent_gate::time::Timestamp;
use rusqlite::{Connection, Row, params};

use super::row::{self, OPEN, Open, Payload, Step};
use super::withdraw::{NO_LONGER, WITHDRAWN, withdrawn, withdrawn_at};
use super::{Store, StoreError};
use crate::config::Shop;
use crate::delivery::debt::{Debt, State};
use crate::delivery::hold;
use crate::secret::ClientIp;

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
    pub owed: Vec<Owed>,
    /// When the next event of this shop falls due, as far as is known now.
    pub next: Option<Timestamp>,
}

impl Store {
    /// Claims up to `limit` events of `shop` that are due, or whose hold is over.
    pub async fn claim(&self, shop: &Arc<Shop>, limit: usize, now: Timestamp) -> Result<Claim, StoreError> {
        let (shop, limit) = (shop.clone(), i64::try_from(limit).unwrap_or(i64::MAX));
        self.writer.write(move |tx| claim(tx, &shop, limit, now)).await
    }

    /// Asks again for events that are already claimed, before another send of them. Those withdrawn meanwhile are ended.
    pub async fn renew(&self, shop: &Arc<Shop>, ids: Vec<i64>, now: Timestamp) -> Result<Vec<Owed>, StoreError> {
        let shop = shop.clone();
        self.writer.write(move |tx| renew(tx, &shop, &ids, now)).await
    }
}

/// A candidate row: the debt, the evidence it rests on, and whom a withdrawal could name.
struct Candidate {
    open: Open,
    evidence: Evidence,
    whos: Vec<Vec<u8>>,
}

const CANDIDATE: &str = "receipt.evidence, event.evaluated_at, event.checkout, event.cart, event.visitor";

impl Candidate {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let open = Open::read(row)?;
        let mut evidence: Evidence = from_json(row.get_ref(7)?.as_str()?)?;
        evidence.evaluated_at = Timestamp(row.get(8)?);
        let anchors = [row.get::<_, Option<String>>(9)?, row.get(10)?];
        let visitor: Option<Vec<u8>> = row.get(11)?;
        let whos = anchors.into_iter().flatten().map(String::into_bytes).chain(visitor).collect();
        Ok(Self { open, evidence, whos })
    }
}

fn claim(tx: &Connection, shop: &Shop, limit: i64, now: Timestamp) -> rusqlite::Result<Claim> {
    let domain = shop.settings.shop.as_str();
    let waiting = "event.ended = 0 AND event.sending = 0 AND event.state <> 'parked'";
    let sql = format!(
        "SELECT {OPEN}, {CANDIDATE} FROM event JOIN receipt ON receipt.id = event.receipt
         WHERE event.shop = ?1 AND {waiting} AND event.at <= ?2 ORDER BY event.at LIMIT ?3"
    );
    let candidates = tx
        .prepare_cached(&sql)?
        .query_map(params![domain, now.0, limit], Candidate::read)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    let mut owed = Vec::with_capacity(candidates.len());
    for candidate in &candidates {
        owed.extend(send_or_step(tx, shop, candidate, now)?);
    }
    let next = tx
        .prepare_cached(&format!("SELECT min(at) FROM event WHERE shop = ?1 AND {waiting}"))?
        .query_row([domain], |row| row.get::<_, Option<i64>>(0))?;
    Ok(Claim { owed, next: next.map(Timestamp) })
}

fn renew(tx: &Connection, shop: &Shop, ids: &[i64], now: Timestamp) -> rusqlite::Result<Vec<Owed>> {
    let sql = format!(
        "SELECT {OPEN}, {CANDIDATE} FROM event JOIN receipt ON receipt.id = event.receipt
         WHERE event.id = ?1 AND event.ended = 0"
    );
    let mut owed = Vec::with_capacity(ids.len());
    for id in ids {
        let mut find = tx.prepare_cached(&sql)?;
        let candidates = find.query_map([id], Candidate::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
        for candidate in &candidates {
            owed.extend(send_or_step(tx, shop, candidate, now)?);
        }
    }
    Ok(owed)
}

/// Marks the event as being sent and returns it, or takes the step that keeps it from being sent.
fn send_or_step(tx: &Connection, shop: &Shop, candidate: &Candidate, now: Timestamp) -> rusqlite::Result<Option<Owed>> {
    let Candidate { open, evidence, whos } = candidate;
    let withdrawal = withdrawn_at(tx, shop.settings.shop.as_str(), whos.iter().cloned())?;
    let (Some(payload), Some(grant)) = (&open.payload, still_granted(evidence, &shop.settings, withdrawal)) else {
        let by_shopper = open.payload.is_none() || withdrawal.is_some_and(|at| evidence.evaluated_at <= at);
        withdrawn(tx, open, if by_shopper { WITHDRAWN } else { NO_LONGER }, now)?;
        return Ok(None);
    };
    let (debt, what) = released(open.debt.at(now), shop, now);
    let (sending, reason) = match debt.state {
        State::Due { .. } => (true, "on its way to TikTok"),
        State::Parked => (false, "unconfirmed"),
        State::Held { .. } => (false, "waits for its order"),
        State::Ended(_) => (false, super::sweep::EXPIRED),
    };
    let what = what.or((!sending).then_some(reason));
    row::write(tx, &Step { id: open.id, debt, sending, code: None, reason, what }, now)?;
    if !sending {
        return Ok(None);
    }
    let Payload { event, ip } = from_json(payload)?;
    Ok(Some(Owed { id: open.id, grant, event, ip }))
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

/// After a start: a send that was under way when the process ended was perhaps received. It is sent again, under the
/// same id and with the same time, while TikTok can still tell it from a copy.
pub(super) fn recover(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    let sql = format!("SELECT {OPEN} FROM event WHERE ended = 0 AND sending = 1");
    let interrupted = connection.prepare(&sql)?.query_map([], Open::read)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let tx = connection.unchecked_transaction()?;
    // A start is when tokens are repaired: no queue stands still until TikTok says so again.
    tx.execute("UPDATE shop SET paused = NULL", [])?;
    for open in &interrupted {
        if open.payload.is_none() {
            withdrawn(&tx, open, WITHDRAWN, now)?;
            continue;
        }
        let attempts = open.debt.attempts.saturating_add(1);
        let debt = Debt { state: State::Due { at: now }, attempts, ..open.debt.copied() };
        let reason = "the endpoint stopped during a send; it will be sent again under the same id";
        row::write(&tx, &Step { id: open.id, debt, sending: false, code: None, reason, what: Some(reason) }, now)?;
    }
    tx.commit()
}

fn from_json<'a, T: serde::Deserialize<'a>>(text: &'a str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|e| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(e)))
}
