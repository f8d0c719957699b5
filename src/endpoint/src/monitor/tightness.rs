//! What is only getting tight, in a line each. `/readyz` says it to whoever asks, so no line names a
//! shop.

use assent_gate::time::{DAY, Timestamp};

use super::snapshot::{Look, Seen};
use crate::calendar::moment;

/// Free bytes below which there is a line. A day of 50 events a second is about 13 GB.
pub(crate) const LITTLE_ROOM: u64 = 1 << 30;
/// What waits to be written behind the commit under way: half of what one shop alone may have wait,
/// for what is in the commit is no longer in the queue (docs/limits.md).
const LONG_QUEUE: usize = 128;
/// Shopify gives 30 days. What is not done after 23 of them does not do itself.
pub(super) const NEAR: i64 = 7 * DAY;

/// What is known without the store.
pub(super) struct Tightness {
    pub(super) free: Option<u64>,
    pub(super) queue: usize,
    pub(super) shops: usize,
    pub(super) test_shops: usize,
    /// The last commit failed (and a test did not: else nobody would ask).
    pub(super) has_failed: bool,
    /// The database that endpoints share does not hear of this one.
    pub(super) is_unheard_of: bool,
}

impl Tightness {
    pub(super) fn lines(&self, look: &Look, now: Timestamp) -> Vec<String> {
        let mut lines = Vec::new();
        if self.has_failed {
            lines.push("store: the last commit failed, and a test since did not".to_owned());
        }
        if self.is_unheard_of {
            lines.push(
                "lease: the database does not hear of this endpoint, which sends nothing until it does"
                    .to_owned(),
            );
        }
        if let Some(free) = self.free.filter(|free| *free < LITTLE_ROOM) {
            lines.push(format!("disk: {} MiB are left where the store is", free >> 20));
        }
        if self.queue >= LONG_QUEUE {
            let queue = self.queue;
            lines.push(format!(
                "queue: {queue} deeds wait to be written; beyond 384 beacons are refused"
            ));
        }
        match look {
            Ok(seen) => lines.extend(self.of_shops(seen, now)),
            // The error names the file.
            Err(_) => lines.push("store: it cannot be read (the log says why)".to_owned()),
        }
        if self.test_shops > 0 {
            let of = format!("{} of {} shops", self.test_shops, self.shops);
            lines.push(format!("test: {of} send test events, which never count"));
        }
        lines
    }

    fn of_shops(&self, seen: &Seen, now: Timestamp) -> Vec<String> {
        let mut lines = Vec::new();
        if !seen.paused.is_empty() {
            let queues = || seen.paused.keys().filter_map(|shop| seen.queues.get(shop));
            let waiting: i64 = queues().map(|queue| queue.due).sum();
            let lost = queues().filter_map(|queue| queue.first_lost).min();
            let lost = lost.map(|at| format!(", and the first is lost at {}", moment(at.0)));
            lines.push(format!(
                "paused: the queues of {} of {} shops stand still; {waiting} events wait{} (`assent \
                 report` says which, and why)",
                seen.paused.len(),
                self.shops,
                lost.unwrap_or_default()
            ));
        }
        if !seen.refused.is_empty() {
            lines.push(format!(
                "webhooks: those of {} of {} shops are refused (`assent report` says which, and why)",
                seen.refused.len(),
                self.shops
            ));
        }
        lines.extend(seen.clock.as_ref().map(|words| format!("clock: {words}")));
        let near = seen.demands.iter().filter(|demand| demand.due_at - now.0 < NEAR);
        if let Some(first) = near.clone().map(|demand| demand.due_at).min() {
            let when = if first < now.0 { "was due" } else { "is due" };
            lines.push(format!(
                "demand: {} of customers or shops not done yet; the first {when} at {} (`assent \
                 report` says which)",
                near.count(),
                moment(first)
            ));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::read::{DemandOnRecord, ShopQueue};

    const NOW: Timestamp = Timestamp(1_772_442_000);

    fn at_ease() -> Tightness {
        Tightness {
            free: Some(LITTLE_ROOM),
            queue: 127,
            shops: 2,
            test_shops: 0,
            has_failed: false,
            is_unheard_of: false,
        }
    }

    fn demand(due_at: i64) -> DemandOnRecord {
        DemandOnRecord {
            id: 1,
            shop: "acme.myshopify.com".to_owned(),
            topic: "customers/redact".to_owned(),
            request: None,
            received_at: due_at - 30 * DAY,
            due_at,
            done_at: None,
            outcome: None,
        }
    }

    #[test]
    fn where_nothing_is_tight_nothing_is_said() {
        let far = Seen { demands: vec![demand(NOW.0 + 7 * DAY)], ..Seen::default() };
        assert_eq!(at_ease().lines(&Ok(far), NOW), [""; 0]);
        let unasked = Tightness { free: None, ..at_ease() };
        assert_eq!(unasked.lines(&Ok(Seen::default()), NOW), [""; 0]);
    }

    /// Anybody may ask: no line names a shop or a person.
    #[test]
    fn each_thing_has_a_line_and_names_nobody() {
        let queue = ShopQueue {
            due: 12,
            held: 3,
            oldest_due: Some(NOW),
            first_lost: Some(Timestamp(NOW.0 + 3600)),
        };
        let shop = "acme.myshopify.com".to_owned();
        let seen = Seen {
            queues: [(shop.clone(), queue)].into(),
            paused: [(shop, "the token has expired".to_owned())].into(),
            demands: vec![demand(NOW.0 - 1), demand(NOW.0 + 7 * DAY - 1)],
            refused: [("acme.myshopify.com".to_owned(), "a wrong secret".to_owned())].into(),
            clock: Some("it is ahead".to_owned()),
        };
        let all = Tightness {
            free: Some(5 << 20),
            queue: 128,
            shops: 2,
            test_shops: 1,
            has_failed: true,
            is_unheard_of: true,
        };
        let lines = all.lines(&Ok(seen), NOW);
        let expected = [
            "store: the last commit failed",
            "lease: the database does not hear of this endpoint",
            "disk: 5 MiB are left",
            "queue: 128 deeds wait",
            // 2026-03-02T09:00:00Z and an hour.
            "paused: the queues of 1 of 2 shops stand still; 12 events wait, and the first is lost at 2026-03-02T10:00:00Z",
            "webhooks: those of 1 of 2 shops are refused",
            "clock: it is ahead",
            "demand: 2 of customers or shops not done yet; the first was due at 2026-03-02T08:59:59Z",
            "test: 1 of 2 shops send test events",
        ];
        assert_eq!(lines.len(), expected.len(), "{lines:#?}");
        for (line, expected) in lines.iter().zip(expected) {
            assert!(line.starts_with(expected), "{line}");
            assert!(!line.contains("acme"), "{line}");
        }
        let unread = at_ease().lines(&Err("/srv/assent.db: no such file".to_owned()), NOW);
        assert_eq!(unread, ["store: it cannot be read (the log says why)"]);
    }
}
