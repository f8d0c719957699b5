//! What may be sent now, and what became of it. A claim is committed before the first byte leaves,
//! so that after a crash it is known which events TikTok may already have; consent is asked again
//! in the last transaction before the send.

use assent_gate::admission::{is_within_reach, still_granted};
use assent_gate::beacon::WireEvent;
use assent_gate::consent::Grant;
use assent_gate::time::Timestamp;

use super::error::Result;
use super::rows::event::{self, Payload, Step};
use super::rows::event_queries::{self, Candidate, OpenEvent, Personal};
use super::rows::order;
use super::rows::tx::Tx;
use super::rows::{shop as shops, withdrawal};
use super::step;
use crate::config::Shop;
use crate::rules::answer::Reply;
use crate::rules::debt::{Debt, End, State, after, wait};
use crate::rules::order::Mark;
use crate::rules::{hold, sentences};
use crate::secret::ClientIp;

/// An event to be sent now, and the grant under which it may.
#[derive(Debug)]
pub struct Owed {
    pub id: i64,
    pub grant: Grant,
    pub event: WireEvent,
    pub ip: Option<ClientIp>,
}

#[derive(Debug)]
pub struct Claim {
    /// What may now be sent, once [`super::Store::renew`] has permitted it.
    pub ids: Vec<i64>,
    /// When the next event of this shop falls due, as far as is known now.
    pub next: Option<Timestamp>,
}

/// What became of the events of one send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    pub ended: usize,
    pub waiting: usize,
}

pub(super) fn claim(tx: Tx<'_>, shop: &Shop, limit: i64, now: Timestamp) -> Result<Claim> {
    let domain = &shop.settings.shop;
    let mut ids = Vec::new();
    for candidate in &event_queries::due(tx, domain, now, limit)? {
        let OpenEvent { id, debt, .. } = candidate.open;
        if permission_to_send(tx, shop, candidate, now)?.is_some()
            && begin(tx, shop, id, debt, now)?
        {
            ids.push(id);
        }
    }
    Ok(Claim { ids, next: event_queries::next_due(tx, domain)? })
}

/// Permission to send what was claimed; those that were withdrawn meanwhile end.
pub(super) fn renew(tx: Tx<'_>, shop: &Shop, ids: &[i64], now: Timestamp) -> Result<Vec<Owed>> {
    let mut owed = Vec::with_capacity(ids.len());
    for id in ids.iter().copied() {
        let Some(candidate) = event_queries::claimed(tx, id)? else { continue };
        let Some((grant, mut payload)) = permission_to_send(tx, shop, &candidate, now)? else {
            continue;
        };
        let mut debt = candidate.open.debt;
        if payload.event.event_time > now {
            // The clock was set back since it was accepted. What TikTok gets is never later than
            // now, and stays the same at every further attempt.
            payload.event.event_time = now;
            debt.event_time = now;
            event::write_time(tx, id, &payload, debt)?;
        }
        let Payload { event, ip } = payload;
        let debt = debt.at(now);
        // Nothing is written for what goes on as it was: a commit without a change costs no fsync.
        if debt == candidate.open.debt || begin(tx, shop, id, debt, now)? {
            owed.push(Owed { id, grant, event, ip });
        }
    }
    Ok(owed)
}

/// Whether the event may be sent, and what is to be sent; where it may not, it ends here.
pub(super) fn permission_to_send(
    tx: Tx<'_>,
    shop: &Shop,
    candidate: &Candidate,
    now: Timestamp,
) -> Result<Option<(Grant, Payload)>> {
    let Candidate { open, evidence, named } = candidate;
    let withdrawal = withdrawal::latest(tx, &shop.settings.shop, named)?;
    let grant =
        evidence.as_ref().and_then(|evidence| still_granted(evidence, &shop.settings, withdrawal));
    let by_shopper = withdrawal
        .is_some_and(|at| evidence.as_ref().is_some_and(|evidence| evidence.evaluated_at <= at));
    let personal = open.personal.read();
    if matches!(personal, Personal::Unreadable) {
        event_queries::say_unreadable(open.id);
    }
    let grant = grant.filter(|grant| match &personal {
        Personal::Here(payload) => {
            is_within_reach(grant, Some(&payload.event.page.url), &shop.settings)
        }
        Personal::Unreadable | Personal::Gone => true,
    });
    let (end, why) = match (grant, personal) {
        (Some(grant), Personal::Here(payload)) => return Ok(Some((grant, payload))),
        (Some(_), Personal::Unreadable) => (End::Erased, sentences::UNREADABLE),
        (None, Personal::Here(_) | Personal::Unreadable) if !by_shopper => {
            (End::Withdrawn, sentences::GRANTS_NO_LONGER)
        }
        (None, Personal::Here(_) | Personal::Unreadable) | (_, Personal::Gone) => {
            (End::Withdrawn, sentences::WITHDRAWN)
        }
    };
    step::end(tx, open, end, why, now)?;
    Ok(None)
}

/// Marks the event as being sent (`true`), or takes the step that keeps it from being sent.
fn begin(tx: Tx<'_>, shop: &Shop, id: i64, debt: Debt, now: Timestamp) -> Result<bool> {
    let released = matches!(debt.state, State::Held { .. });
    let debt = debt.at(now);
    let (debt, told) = match debt.state {
        State::Held { .. } => {
            (hold::release(debt, shop.purchase.unconfirmed, now), Some(sentences::HOLD_IS_OVER))
        }
        State::Parked | State::Due { .. } | State::Ended(_) => (debt, None),
    };
    let (sending, reason) = match debt.state {
        State::Due { .. } => (true, sentences::UNDER_WAY),
        State::Parked => (false, sentences::PARKED),
        State::Held { .. } => (false, sentences::WAITS_FOR_ORDER),
        State::Ended(_) => (false, sentences::EXPIRED),
    };
    if released && sending {
        event::add_mark(tx, id, Mark::SentUnconfirmed)?;
        order::follow(tx, id)?;
    }
    let told = told.or((!sending).then_some(reason));
    step::take(tx, &Step { id, debt, sending, code: None, reason, told }, now)?;
    Ok(sending)
}

/// An answer, written down. Once this is committed a delivered event is never sent again. `dice`:
/// one throw for each wait.
pub(super) fn settle(
    tx: Tx<'_>,
    ids: &[i64],
    reply: &Reply,
    now: Timestamp,
    dice: fn() -> u64,
) -> Result<Settled> {
    let said = sentences::answered_as(reply.answer, reply.request_id.as_deref());
    let mut settled = Settled::default();
    for id in ids.iter().copied() {
        let Some(open) = event_queries::not_ended(tx, id)? else { continue };
        let debt = after(open.debt, reply.answer, now, dice());
        let (debt, reason) = match (debt.state, open.personal.is_gone()) {
            (State::Ended(End::Delivered), _) => (debt, said.clone()),
            (_, true) => {
                let state = State::Ended(End::Withdrawn);
                (Debt { state, ..debt }, sentences::WITHDRAWN.to_owned())
            }
            (State::Ended(End::Expired), false) => (debt, sentences::expired_after(&said)),
            (State::Due { at }, false) if at > now => {
                (debt, sentences::next_attempt(&said, at.since(now)))
            }
            (_, false) => (debt, said.clone()),
        };
        match debt.state {
            State::Ended(_) => settled.ended += 1,
            State::Held { .. } | State::Parked | State::Due { .. } => settled.waiting += 1,
        }
        let (code, told) = (reply.answer.code(), Some(said.as_str()));
        let step = Step { id, debt, sending: false, code, reason: &reason, told };
        step::take(tx, &step, now)?;
    }
    Ok(settled)
}

/// A send broke off inside the endpoint: nobody will settle these any more. They go again after a
/// wait, for what broke it off may be of the event.
pub(super) fn interrupted(
    tx: Tx<'_>,
    ids: &[i64],
    now: Timestamp,
    dice: fn() -> u64,
) -> Result<()> {
    for id in ids.iter().copied() {
        for open in event_queries::under_way(tx, Some(id))? {
            let at = now.plus(wait(open.debt.attempts, dice()));
            send_again(tx, open, at, sentences::BROKEN_OFF, now)?;
        }
    }
    Ok(())
}

/// After a start: what was under way when the process ended goes again at once. And a start is when
/// tokens are repaired: no queue stands still until TikTok says so again.
pub(super) fn restart(tx: Tx<'_>, now: Timestamp) -> Result<()> {
    shops::resume_all(tx)?;
    for open in event_queries::under_way(tx, None)? {
        send_again(tx, open, now, sentences::STOPPED, now)?;
    }
    Ok(())
}

/// A send without an answer was perhaps received. It is sent again under the same id and with the
/// same time, while TikTok can still tell it from a copy.
fn send_again(tx: Tx<'_>, open: OpenEvent, at: Timestamp, why: &str, now: Timestamp) -> Result<()> {
    let open = OpenEvent { debt: open.debt.copied(), ..open };
    if open.personal.is_gone() {
        return step::end(tx, &open, End::Withdrawn, sentences::WITHDRAWN, now);
    }
    let attempts = open.debt.attempts.saturating_add(1);
    let debt = Debt { state: State::Due { at }, attempts, ..open.debt };
    step::stop_at(tx, open.id, debt, why, now)
}
