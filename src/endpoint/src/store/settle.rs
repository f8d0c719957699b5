//! An answer, written down. Once this is committed a delivered event is never sent again.

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::clock::dice;
use crate::rules::answer::Reply;
use crate::rules::debt::{Debt, End, State, after};
use crate::store::Store;
use crate::store::StoreError;
use crate::store::rows::event::{self as row, OPEN, Open, Step};
use crate::store::withdraw::WITHDRAWN;

/// What became of the events of one send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    pub ended: usize,
    pub waiting: usize,
}

impl Store {
    pub async fn settle(&self, ids: &[i64], reply: &Reply, now: Timestamp) -> Result<Settled, StoreError> {
        let (ids, reply) = (ids.to_vec(), reply.clone());
        self.writer.write(move |tx| settle(tx, &ids, &reply, now)).await
    }
}

impl Store {
    /// Why the shop's queue stands still, for `assent why`; `None` when it moves again.
    pub async fn note_pause(&self, shop: &ShopDomain, why: Option<String>) -> Result<(), StoreError> {
        let shop = shop.clone();
        let note = move |tx: &Connection| {
            tx.execute("UPDATE shop SET paused = ?2 WHERE domain = ?1", params![shop.as_str(), why]).map(|_| ())
        };
        self.writer.write(note).await
    }
}

pub(super) fn settle(tx: &Connection, ids: &[i64], reply: &Reply, now: Timestamp) -> rusqlite::Result<Settled> {
    let sql = format!("SELECT {OPEN} FROM event WHERE id = ?1 AND ended = 0");
    let mut settled = Settled::default();
    for id in ids {
        let Some(open) = tx.prepare_cached(&sql)?.query_row([id], Open::read).optional()? else { continue };
        let debt = after(open.debt, reply.answer, now, dice());
        let said = said(reply);
        let (debt, reason) = match (debt.state, &open.payload) {
            (State::Ended(End::Delivered), _) => (debt, said.clone()),
            (_, None) => (Debt { state: State::Ended(End::Withdrawn), ..debt }, WITHDRAWN.to_owned()),
            (State::Ended(End::Expired), _) => (debt, format!("{said}; {}", crate::store::sweep::EXPIRED)),
            (State::Due { at }, Some(_)) if at > now => {
                (debt, format!("{said}; the next attempt is in {} s", at.since(now)))
            }
            (_, Some(_)) => (debt, said.clone()),
        };
        match debt.state {
            State::Ended(_) => settled.ended += 1,
            State::Held { .. } | State::Parked | State::Due { .. } => settled.waiting += 1,
        }
        let code = reply.answer.code();
        row::write(tx, &Step { id: *id, debt, sending: false, code, reason: &reason, what: Some(&said) }, now)?;
    }
    Ok(settled)
}

fn said(reply: &Reply) -> String {
    let said = reply.answer.said();
    match &reply.request_id {
        Some(request) => format!("{said}, request {request}"),
        None => said,
    }
}
