//! Has Shopify stopped telling of orders? *Accounted for* is a share of the orders that it told us of: a
//! webhook that does not come any more would leave it at 100 % for ever.

use assent_gate::time::{DAY, HOUR, Timestamp};

/// In a large shop an hour without an order is a long time; a night in a small one is not.
const SHORTEST: i64 = HOUR;
const USUAL_GAPS: i64 = 20;
/// A Purchase and its order come within seconds of each other. After a day without, it is not the
/// shop that is small; and a store that remembers a week must be able to say so.
const LONGEST: i64 = DAY;

/// What has been heard of a shop.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// When Shopify last told of a new order. `None`: not in the last 7 days.
    pub last_order: Option<Timestamp>,
    /// Seconds between two orders of the last 7 days, in the mean. `None`: there were not two.
    pub usual_gap: Option<i64>,
    /// When a browser last told of a Purchase. `None`: not in the last 7 days.
    pub last_purchase: Option<Timestamp>,
    /// When the first came of those that came after the last order.
    pub unanswered_since: Option<Timestamp>,
}

/// Whether orders of the shop can come at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Webhooks {
    /// A secret is configured.
    Expected,
    /// None is: no order is ever told of, and the shop wants none.
    NotSetUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Orders come, or nothing says that they should.
    None,
    /// Purchases came and no order, for longer than can be usual.
    Alarming {
        /// The first such Purchase.
        since: Timestamp,
    },
    NotSetUp,
}

/// Red when Purchases came and no order for an hour, or for 20 usual gaps, if that is longer (a day at
/// most). The silence counts from the first Purchase without an order: until then none was missing.
pub fn silence(heard: Heard, webhooks: Webhooks, now: Timestamp) -> Silence {
    match (webhooks, heard.unanswered_since) {
        (Webhooks::NotSetUp, _) => Silence::NotSetUp,
        (Webhooks::Expected, Some(since)) if now.since(since) > patience(heard.usual_gap) => {
            Silence::Alarming { since }
        }
        (Webhooks::Expected, Some(_) | None) => Silence::None,
    }
}

/// In seconds.
pub fn patience(usual_gap: Option<i64>) -> i64 {
    let gaps = usual_gap.unwrap_or(0).saturating_mul(USUAL_GAPS);
    gaps.clamp(SHORTEST, LONGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_772_442_000);

    #[test]
    fn patience_is_an_hour_or_twenty_gaps_and_a_day_at_most() {
        for (gap, expected) in [
            (None, HOUR),
            (Some(0), HOUR),
            (Some(180), HOUR),
            (Some(181), 3620),
            (Some(HOUR), 20 * HOUR),
            (Some(2 * HOUR), DAY),
            (Some(i64::MAX), DAY),
        ] {
            assert_eq!(patience(gap), expected, "{gap:?}");
        }
    }

    #[test]
    fn it_is_red_when_purchases_came_and_no_order() {
        let quiet = Heard { last_order: Some(NOW.plus(-6 * DAY)), ..Heard::default() };
        assert_eq!(silence(quiet, Webhooks::Expected, NOW), Silence::None, "nobody buys");
        let since = NOW.plus(-HOUR - 1);
        let heard = Heard { unanswered_since: Some(since), last_purchase: Some(since), ..quiet };
        assert_eq!(silence(heard, Webhooks::Expected, NOW), Silence::Alarming { since });
        assert_eq!(silence(heard, Webhooks::Expected, NOW.plus(-1)), Silence::None, "not yet");
        assert_eq!(silence(heard, Webhooks::NotSetUp, NOW), Silence::NotSetUp);
        let rare = Heard { usual_gap: Some(HOUR), ..heard };
        assert_eq!(silence(rare, Webhooks::Expected, NOW), Silence::None, "a small shop");
    }
}
