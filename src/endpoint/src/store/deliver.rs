//! What may be sent now, and what became of it. A claim is committed before the first byte leaves,
//! so that after a crash it is known which events TikTok may already have; consent is asked again
//! in the last transaction before the send.

use assent_gate::admission::{is_within_reach, still_granted};
use assent_gate::beacon::WireEvent;
use assent_gate::consent::Grant;
use assent_gate::settings::ShopDomain;
use assent_gate::tiktok::EventName;
use assent_gate::time::Timestamp;

use super::error::{Result, StoreError};
use super::rows::event::{Payload, Step};
use super::rows::event_queries::{self, Candidate, OpenEvent, Personal};
use super::rows::order;
use super::rows::tx::Tx;
use super::rows::{endpoint, event_changes, shop as shops, withdrawal};
use super::step;
use crate::config::Shop;
use crate::rules::answer::Reply;
use crate::rules::debt::{Debt, End, Sent, State, after, wait};
use crate::rules::got::got;
use crate::rules::mode::Mode;
use crate::rules::no::Stopped;
use crate::rules::order::Mark;
use crate::rules::payloads::Address;
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

/// An event that may be sent, once [`super::Store::renew`] has permitted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimed {
    pub id: i64,
    pub mode: Mode,
    /// In a request of its own.
    pub alone: bool,
}

#[derive(Debug)]
pub struct Claim {
    pub events: Vec<Claimed>,
    /// When the next event of this shop falls due, as far as is known now.
    pub next: Option<Timestamp>,
}

impl Claim {
    /// All of them, to ask for their leave.
    pub fn ids(&self) -> Vec<i64> {
        self.events.iter().map(|event| event.id).collect()
    }
}

/// What became of the events of one send.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settled {
    pub ended: usize,
    pub waiting: usize,
}

pub(super) fn claim(tx: Tx<'_>, shop: &Shop, limit: i64, now: Timestamp) -> Result<Claim> {
    let domain = &shop.settings.shop;
    // Who may not send leaves it to another.
    if shops::is_stopped(tx, domain)? || !endpoint::may_send(tx)? {
        return Ok(Claim { events: Vec::new(), next: None });
    }
    // A test that cannot be sent as one waits: it is never sent as anything else.
    let tests = shop.test_event_code.is_some();
    let open = event_queries::of(tx, domain, now);
    let mut events = Vec::new();
    for candidate in &open.due(tests, limit)? {
        let OpenEvent { id, debt, .. } = candidate.open;
        if permission_to_send(tx, shop, candidate, now)?.is_some()
            && begin(tx, shop, id, debt, now)?
        {
            events.push(Claimed { id, mode: candidate.mode, alone: debt.alone });
        }
    }
    Ok(Claim { events, next: open.next_due(tests)? })
}

/// Permission to send what was claimed; those that were withdrawn meanwhile end.
pub(super) fn renew(tx: Tx<'_>, shop: &Shop, ids: &[i64], now: Timestamp) -> Result<Vec<Owed>> {
    if !endpoint::may_send(tx)? {
        return Err(StoreError::Unheard);
    }
    // What was claimed before a demand stopped the shop is not sent either: it is the erasure's now,
    // or waits for whoever says that the shop goes on.
    if shops::is_stopped(tx, &shop.settings.shop)? {
        give_back(tx, &shop.settings.shop, ids, sentences::STOPPED_BY_DEMAND, now)?;
        return Ok(Vec::new());
    }
    let mut owed = Vec::with_capacity(ids.len());
    for id in ids.iter().copied() {
        let events = event_queries::of(tx, &shop.settings.shop, now);
        let Some(candidate) = events.claimed(id)? else { continue };
        let Some((grant, mut payload)) = permission_to_send(tx, shop, &candidate, now)? else {
            continue;
        };
        let mut debt = candidate.open.debt;
        if payload.event.event_time > now {
            // The clock was set back since it was accepted. What TikTok gets is never later than
            // now, and stays the same at every further attempt.
            payload.event.event_time = now;
            debt.event_time = now;
            event_changes::write_time(tx, &shop.settings.shop, id, &payload, debt)?;
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
    let Candidate { open, evidence, ground, links, .. } = candidate;
    let domain = &shop.settings.shop;
    let stopped = withdrawal::of(tx, domain, links)?.stop(ground.granted_at);
    let grant = evidence
        .as_ref()
        .filter(|_| stopped.is_none())
        .and_then(|evidence| still_granted(evidence, &shop.settings));
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
    let (end, why) = match (grant, personal, stopped) {
        (Some(grant), Personal::Here(payload), _) => return Ok(Some((grant, payload))),
        (Some(_), Personal::Unreadable, _) => (End::Erased, sentences::UNREADABLE),
        (_, _, Some(Stopped::ByDemand)) => (End::Erased, sentences::DEMANDED),
        (_, _, Some(Stopped::ByShopper)) | (_, Personal::Gone, None) => {
            (End::Withdrawn, sentences::WITHDRAWN)
        }
        (None, Personal::Here(_) | Personal::Unreadable, None) => {
            (End::Withdrawn, sentences::GRANTS_NO_LONGER)
        }
    };
    step::end(tx, domain, open, end, why, now)?;
    Ok(None)
}

/// Marks the event as being sent (`true`), or takes the step that keeps it from being sent.
fn begin(tx: Tx<'_>, shop: &Shop, id: i64, debt: Debt, now: Timestamp) -> Result<bool> {
    let domain = &shop.settings.shop;
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
        event_changes::add_mark(tx, domain, id, Mark::SentUnconfirmed)?;
        order::follow(tx, domain, id)?;
    }
    let told = told.or((!sending).then_some(reason));
    let step = Step { shop: domain, id, debt, sending, code: None, reason, told };
    step::take(tx, &step, now)?;
    Ok(sending)
}

/// Attempts that are told in an event's story one by one. After them an answer is told when it is
/// another than before: a story must not grow with an outage.
const TOLD_ATTEMPTS: u32 = 10;

/// An answer, written down. `ids` are all that went in one request. Once this is committed a
/// delivered event is never sent again. `dice`: one throw for each wait.
pub(super) fn settle(
    tx: Tx<'_>,
    shop: &ShopDomain,
    ids: &[i64],
    reply: &Reply,
    now: Timestamp,
    dice: fn() -> u64,
) -> Result<Settled> {
    let said = sentences::answered_as(reply.answer, reply.request_id.as_deref());
    let mut settled = Settled::default();
    for id in ids.iter().copied() {
        let Some(open) = event_queries::of(tx, shop, now).not_ended(id)? else { continue };
        let sent = Sent { since: open.sending.unwrap_or(now).min(now), in_batch: ids.len() > 1 };
        let debt = after(open.debt, reply.answer, sent, now, dice());
        // Another endpoint sends it again, having given up on this one: what TikTok took stands, of all else
        // that send will say.
        if open.is_anothers(tx) && debt.state != State::Ended(End::Delivered) {
            continue;
        }
        // A wait of the whole queue's, of which an event may see many.
        let is_the_queues =
            matches!(debt.state, State::Due { .. }) && reply.answer.holds_up_the_rest();
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
        let ended = matches!(debt.state, State::Ended(_));
        match debt.state {
            State::Ended(_) => settled.ended += 1,
            State::Held { .. } | State::Parked | State::Due { .. } => settled.waiting += 1,
        }
        let code = reply.answer.code();
        let is_other = code.is_some() && code != open.code;
        let is_news = ended || debt.attempts <= TOLD_ATTEMPTS || is_other;
        let told = (is_news && !is_the_queues).then_some(said.as_str());
        let got = got_by_tiktok(&open, debt.state);
        let step = Step { shop, id, debt, sending: false, code, reason: &reason, told };
        step::take(tx, &step, now)?;
        if let Some(got) = got {
            event_changes::tell(tx, shop, id, &got, now)?;
        }
        if is_the_queues {
            event_changes::tell_once(tx, shop, id, &sentences::answered(reply.answer), now)?;
        }
    }
    Ok(settled)
}

/// Of a Purchase, whose story is asked for: which contacts went with it. All that was sent is erased at this end.
fn got_by_tiktok(open: &OpenEvent, state: State) -> Option<String> {
    if state != State::Ended(End::Delivered) {
        return None;
    }
    match open.personal.read() {
        Personal::Here(Payload { event, ip }) if event.name == EventName::Purchase => {
            Some(got(&event, if ip.is_some() { Address::Known } else { Address::Missing }))
        }
        Personal::Here(_) | Personal::Unreadable | Personal::Gone => None,
    }
}

/// These were claimed, and are not sent after all: they are due as before.
pub(super) fn give_back(
    tx: Tx<'_>,
    shop: &ShopDomain,
    ids: &[i64],
    why: &str,
    now: Timestamp,
) -> Result<()> {
    for id in ids.iter().copied() {
        let Some(open) = event_queries::of(tx, shop, now).under_way(id)? else { continue };
        if open.personal.is_gone() {
            step::end(tx, shop, &open, End::Withdrawn, sentences::WITHDRAWN, now)?;
            continue;
        }
        let (debt, reason) = (open.debt, why);
        let step = Step { shop, id, debt, sending: false, code: None, reason, told: None };
        step::take(tx, &step, now)?;
    }
    Ok(())
}

/// All that this endpoint has claimed without hearing that it has goes again. Perhaps one of them was sent, and what
/// TikTok said of it could not be written down.
pub(super) fn give_back_unknown(
    tx: Tx<'_>,
    shop: &ShopDomain,
    known: &[i64],
    now: Timestamp,
) -> Result<()> {
    let events = event_queries::of(tx, shop, now);
    for id in events.all_claimed()?.into_iter().filter(|id| !known.contains(id)) {
        if let Some(open) = events.under_way(id)? {
            send_again(tx, shop, open, now, sentences::BROKEN_OFF, now)?;
        }
    }
    Ok(())
}

/// A send broke off inside the endpoint: nobody will settle these any more. They go again after a
/// wait, for what broke it off may be of the event.
pub(super) fn interrupted(
    tx: Tx<'_>,
    shop: &ShopDomain,
    ids: &[i64],
    now: Timestamp,
    dice: fn() -> u64,
) -> Result<()> {
    for id in ids.iter().copied() {
        if let Some(open) = event_queries::of(tx, shop, now).under_way(id)? {
            let at = now.plus(wait(open.debt.attempts, dice()));
            send_again(tx, shop, open, at, sentences::BROKEN_OFF, now)?;
        }
    }
    Ok(())
}

/// What was under way when its endpoint ended goes again at once; how many events.
pub(super) fn take_over(tx: Tx<'_>, shop: &ShopDomain, now: Timestamp) -> Result<usize> {
    let left = event_queries::of(tx, shop, now).left_under_way()?;
    let many = left.len();
    for open in left {
        send_again(tx, shop, open, now, sentences::STOPPED, now)?;
    }
    Ok(many)
}

/// A send without an answer was perhaps received. It is sent again under the same id and with the
/// same time, while TikTok can still tell it from a copy.
fn send_again(
    tx: Tx<'_>,
    shop: &ShopDomain,
    open: OpenEvent,
    at: Timestamp,
    why: &str,
    now: Timestamp,
) -> Result<()> {
    let debt = open.debt.copied(open.sending.unwrap_or(now).min(now));
    let open = OpenEvent { debt, ..open };
    if open.personal.is_gone() {
        return step::end(tx, shop, &open, End::Withdrawn, sentences::WITHDRAWN, now);
    }
    let attempts = open.debt.attempts.saturating_add(1);
    let debt = Debt { state: State::Due { at }, attempts, ..open.debt };
    step::stop_at(tx, shop, open.id, debt, why, now)
}
