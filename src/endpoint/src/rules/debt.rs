//! One event's debt to TikTok. States are values, a step is a function: nothing here knows a
//! network, a store or a clock, so the whole of delivery can be read, and tested, as a table.

use assent_gate::time::Timestamp;

use super::answer::Answer;

const HOUR: i64 = 3600;
/// TikTok drops a second copy for 48 hours (docs/facts/tiktok.md#deduplication); an hour is left
/// for clocks and for the way.
const HORIZON_WITH_COPY: i64 = 47 * HOUR;
/// Where no first copy can exist, an event is worth sending for a week.
const HORIZON_ALONE: i64 = 7 * 24 * HOUR;
/// A retry waits at most this long, whatever the number of attempts.
const LONGEST_WAIT: i64 = 15 * 60;

/// What is owed for one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Debt {
    pub state: State,
    pub event_time: Timestamp,
    pub first_copy: FirstCopy,
    /// Sends so far, answered or not, but for those that TikTok clearly did not look at.
    pub attempts: u32,
    /// TikTok took a batch with it in part, and did not say which: it goes by itself.
    pub alone: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A Purchase that waits for its order, until then at the latest.
    Held {
        release_at: Timestamp,
    },
    /// A Purchase whose order never came, under `unconfirmed = "drop"`: an order may still release
    /// it.
    Parked,
    /// To be sent, then or later.
    Due {
        at: Timestamp,
    },
    Ended(End),
}

/// May TikTok already hold a copy of this event?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstCopy {
    None,
    /// The browser fired it at the event's own time, or an attempt of ours, made then, was not
    /// clearly refused.
    Since(Timestamp),
}

/// A send whose answer is read now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sent {
    /// No later than its first byte left.
    pub since: Timestamp,
    /// With others in one request.
    pub in_batch: bool,
}

impl State {
    pub fn stage(self) -> Stage {
        match self {
            Self::Held { .. } => Stage::Held,
            Self::Parked => Stage::Parked,
            Self::Due { .. } => Stage::Due,
            Self::Ended(end) => Stage::Ended(end),
        }
    }
}

/// A [`State`] without its time: what is counted, shown and compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Held,
    Parked,
    Due,
    Ended(End),
}

impl Stage {
    /// The word it is stored under. The contract knows `held`, `due` and the ends; what is parked
    /// is shown as held.
    pub fn name(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Parked => "parked",
            Self::Due => "due",
            Self::Ended(end) => end.name(),
        }
    }

    pub fn of_name(name: &str) -> Option<Self> {
        let open = [Self::Held, Self::Parked, Self::Due];
        let ended = End::ALL.iter().map(|end| Self::Ended(*end));
        open.into_iter().chain(ended).find(|stage| stage.name() == name)
    }
}

impl FirstCopy {
    pub fn of(since: Option<Timestamp>) -> Self {
        since.map_or(Self::None, Self::Since)
    }

    pub fn since(self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::Since(then) => Some(then),
        }
    }

    /// What was known before stays: the first is what counts.
    #[must_use]
    pub fn or_since(self, then: Timestamp) -> Self {
        Self::Since(self.since().map_or(then, |known| known.min(then)))
    }
}

macro_rules! ends {
    ($($end:ident = $name:literal),+ $(,)?) => {
        /// The closed list of ends. Every accepted event reaches exactly one.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum End { $($end),+ }

        impl End {
            pub const ALL: &[Self] = &[$(Self::$end),+];

            pub fn name(self) -> &'static str {
                match self { $(Self::$end => $name),+ }
            }
        }
    };
}

ends! {
    Delivered = "delivered",
    Expired = "expired",
    RefusedByTiktok = "refused_by_tiktok",
    Withdrawn = "withdrawn",
    Erased = "erased",
    Unconfirmed = "unconfirmed",
    Cancelled = "cancelled",
    NoCheckoutAnchor = "no_checkout_anchor",
    NoConsentOnRecord = "no_consent_on_record",
    NoContext = "no_context",
    NotReported = "not_reported",
}

impl Debt {
    /// After this moment nothing is sent, for it could count twice (or no longer count).
    pub fn horizon(&self) -> Timestamp {
        let worth = self.event_time.plus(HORIZON_ALONE);
        match self.first_copy {
            FirstCopy::None => worth,
            FirstCopy::Since(then) => then.plus(HORIZON_WITH_COPY).min(worth),
        }
    }

    /// The same debt, ended if its horizon has passed.
    pub fn at(self, now: Timestamp) -> Self {
        if now < self.horizon() {
            return self;
        }
        let state = match self.state {
            State::Held { .. } | State::Due { .. } => State::Ended(End::Expired),
            State::Parked => State::Ended(End::Unconfirmed),
            State::Ended(end) => State::Ended(end),
        };
        Self { state, ..self }
    }

    /// The browser fired it after all: the horizon tightens, and never widens again.
    pub fn fired(self) -> Self {
        self.copied(self.event_time)
    }

    /// A first copy may exist since then.
    pub fn copied(self, since: Timestamp) -> Self {
        Self { first_copy: self.first_copy.or_since(since), ..self }
    }
}

/// The debt after one send and its answer. `dice` is 64 evenly spread bits. A shop that is paused and
/// a TikTok that throttles or cannot be reached are not the event's matter: its debt stays due, and
/// [`super::pause`] and [`super::breaker`] decide when the queue moves again.
pub fn after(debt: Debt, answer: Answer, sent: Sent, now: Timestamp, dice: u64) -> Debt {
    let before = debt;
    let debt = Debt { attempts: debt.attempts.saturating_add(1), ..debt };
    if let State::Ended(_) = debt.state {
        return debt;
    }
    let ended = |end| Debt { state: State::Ended(end), ..debt };
    let due = |at| Debt { state: State::Due { at }, ..debt };
    let copied = debt.copied(sent.since);
    match answer {
        // It says nothing of any one of them.
        Answer::Partial { .. } | Answer::Duplicate { .. } if sent.in_batch => {
            Debt { state: State::Due { at: now }, alone: true, ..copied }.at(now)
        }
        Answer::Accepted { .. } | Answer::Partial { .. } | Answer::Duplicate { .. } => {
            ended(End::Delivered)
        }
        Answer::Refused { .. } | Answer::TooMany { .. } => ended(End::RefusedByTiktok),
        // Nothing of TikTok's speaking: something between may have passed the event on.
        Answer::Misconfigured { code: None, status: 1.. } => {
            Debt { state: State::Due { at: now }, ..copied }.at(now)
        }
        Answer::Misconfigured { code: Some(_), .. }
        | Answer::Misconfigured { code: None, status: 0 } => due(now).at(now),
        Answer::Throttled { .. } | Answer::Unreached => {
            Debt { state: State::Due { at: now }, ..before }.at(now)
        }
        // It counts as sent: TikTok may have it.
        Answer::Unreadable { .. } if answer.holds_up_the_rest() => {
            let attempts = before.attempts.max(1);
            Debt { state: State::Due { at: now }, attempts, ..copied }.at(now)
        }
        Answer::Failed { .. } | Answer::Unreadable { .. } => later(copied, now, dice),
    }
}

/// Due again after a wait, or expired if that would be past the horizon.
fn later(debt: Debt, now: Timestamp, dice: u64) -> Debt {
    let at = Timestamp(now.0 + wait(debt.attempts, dice));
    Debt { state: State::Due { at }, ..debt }.at(at)
}

/// Full jitter: anywhere between a second and 2, 4, 8, … seconds, up to a quarter of an hour.
pub fn wait(attempts: u32, dice: u64) -> i64 {
    let longest =
        1_i64.checked_shl(attempts.min(10)).unwrap_or(LONGEST_WAIT).clamp(1, LONGEST_WAIT);
    // The product keeps the high bits: even spread over 0..longest, without a modulo's bias.
    let spread = (u128::from(dice) * u128::from(longest.unsigned_abs())) >> 64;
    1 + i64::try_from(spread).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_has_a_name_of_its_own() {
        let ends = End::ALL.iter().map(|end| Stage::Ended(*end));
        for stage in [Stage::Held, Stage::Parked, Stage::Due].into_iter().chain(ends) {
            assert_eq!(Stage::of_name(stage.name()), Some(stage));
        }
        assert_eq!(Stage::of_name("Held"), None);
    }
}
