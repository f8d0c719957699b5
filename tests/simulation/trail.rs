//! What happens, drawn from a seed before anything does. A step says what kind of thing is done and
//! with which dice; on what, it finds when its turn comes, so a trail can be shortened.

use crate::dice::Dice;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A shopper does something that becomes a beacon; the first says yes.
    Act,
    /// A device posts something that waits in its outbox.
    Post,
    /// Something that was on the line arrives.
    Line,
    /// A shopper says no.
    No,
    PostNo,
    /// A device's clock jumps.
    Clock,
    /// A shopper goes on to another cart or checkout, perhaps somebody else's.
    Move,
    Order,
    Webhook,
    Redact,
    ShopRedact,
    /// `assent forget`.
    Forget,
    Courier,
    Clerk,
    Sweep,
    Crash,
    /// The store fails where it writes this table, until it does not.
    StoreFault,
    /// TikTok refuses a shop's token, or takes it again.
    Token,
    /// Minutes, hours, days.
    Wait,
}

/// How often each comes.
const WEIGHTS: [(Kind, usize); 19] = [
    (Kind::Act, 130),
    (Kind::Post, 165),
    (Kind::Line, 60),
    (Kind::No, 8),
    (Kind::PostNo, 45),
    (Kind::Clock, 20),
    (Kind::Move, 9),
    (Kind::Order, 20),
    (Kind::Webhook, 70),
    (Kind::Redact, 2),
    (Kind::ShopRedact, 0),
    (Kind::Forget, 1),
    (Kind::Courier, 440),
    (Kind::Clerk, 8),
    (Kind::Sweep, 8),
    (Kind::Crash, 4),
    (Kind::StoreFault, 8),
    (Kind::Token, 3),
    (Kind::Wait, 28),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Step {
    /// Where it stands in the whole trail.
    pub(crate) number: usize,
    pub(crate) kind: Kind,
    pub(crate) dice: u64,
}

pub(crate) fn kinds() -> impl Iterator<Item = Kind> {
    WEIGHTS.iter().map(|(kind, _)| *kind)
}

pub(crate) fn of(seed: u64, steps: usize) -> Vec<Step> {
    let mut dice = Dice::of(seed);
    let all: usize = WEIGHTS.iter().map(|(_, weight)| weight).sum();
    let draw = |number| {
        let mut at = dice.below(all);
        let drawn = WEIGHTS.iter().find(|(_, weight)| {
            let here = at < *weight;
            at = at.saturating_sub(*weight);
            here
        });
        let kind = drawn.expect("it is below their sum").0;
        // Once a shop is gone nothing more can be learnt of it: late, and in few seeds.
        let last = number * 10 > steps * 9 && kind == Kind::Redact && dice.percent(10);
        Step { number, kind: if last { Kind::ShopRedact } else { kind }, dice: dice.throw() }
    };
    (0..steps).map(draw).collect()
}
