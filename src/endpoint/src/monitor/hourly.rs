//! Every hour: what happened in it, in one line of the log; and a warning for each shop that only
//! tests, so that nobody takes its silence at TikTok for success.

use std::time::Duration;

use assent_gate::time::{HOUR, Timestamp};
use tokio::sync::watch;

use super::Monitor;
use super::counts::Counts;
use crate::clock::Clock;

const EVERY: Duration = Duration::from_secs(10);

/// Said at the start as well.
pub(crate) const TEST_MODE: &str = "TEST MODE: what is accepted now is shown under Test events and \
    never counted; start without --test-events to go live";

/// What was told of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hour {
    pub counts: Counts,
    /// Events that wait to be sent. `None`: the store could not be read.
    pub waiting: Option<i64>,
    pub testing: usize,
}

#[derive(Debug)]
pub struct Hourly {
    monitor: Monitor,
    clock: Clock,
    testing: Vec<String>,
    before: Counts,
    next: Timestamp,
}

impl Hourly {
    /// `testing`: the shops of which everything is a test now.
    pub fn new(monitor: Monitor, clock: Clock, testing: Vec<String>) -> Self {
        let next = clock.now().plus(HOUR);
        let before = monitor.series.counts();
        Self { monitor, clock, testing, before, next }
    }

    /// Works until `stop` says `true`.
    pub async fn run(mut self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => drop(self.round().await),
                _ = stop.changed() => {}
            }
        }
    }

    /// Tells of the hour, if it is over.
    pub async fn round(&mut self) -> Option<Hour> {
        let now = self.clock.now();
        if now < self.next {
            return None;
        }
        self.next = now.plus(HOUR);
        let counts = self.monitor.series.counts();
        let hour = Hour {
            counts: counts.since(&self.before),
            waiting: self.waiting().await,
            testing: self.testing.len(),
        };
        self.before = counts;
        hour.tell();
        for shop in &self.testing {
            tracing::warn!(shop, "{TEST_MODE}");
        }
        Some(hour)
    }

    async fn waiting(&self) -> Option<i64> {
        let look = self.monitor.look(self.clock.now()).await;
        let seen = look.as_ref().as_ref().ok()?;
        Some(seen.queues.values().map(|queue| queue.due).sum())
    }
}

impl Hour {
    fn tell(&self) {
        let Counts { accepted, recovered, delivered, ended, tests, .. } = &self.counts;
        let refused = self.counts.refusals();
        // Said only where it is known.
        let waiting = self.waiting;
        tracing::info!(
            accepted,
            recovered,
            delivered,
            ended,
            tests,
            waiting,
            refused,
            "the last hour"
        );
    }
}

#[cfg(test)]
mod tests {
    use assent_gate::refusal::Refusal;
    use assent_gate::tiktok::EventName;

    use super::*;
    use crate::rules::debt::End;
    use crate::rules::mode::Mode;
    use crate::rules::refused::Refused;
    use crate::store::{Happened, Happening, Store};

    const SHOP: &str = "acme.myshopify.com";

    fn did(monitor: &Monitor, mode: Mode, what: Happening) {
        let shop = SHOP.parse().expect("a shop");
        monitor.series.happened(&[Happened { shop, mode, what }]);
    }

    #[tokio::test]
    async fn an_hour_is_told_when_it_is_over_and_only_what_happened_in_it() {
        let dir = tempfile::TempDir::new().expect("a directory");
        let (path, shop) = (dir.path().join("assent.db"), SHOP.parse().expect("a shop"));
        let (clock, hand) = Clock::by_hand(Timestamp(1_772_442_000));
        let store = Store::open(&path, [&shop], clock.now()).expect("a store");
        let monitor = Monitor::new(&store, path, [&shop], [&shop]);
        // Before it began to count.
        did(&monitor, Mode::Live, Happening::Accepted(EventName::Purchase));
        let mut hourly = Hourly::new(monitor.clone(), clock, vec![SHOP.to_owned()]);
        for _ in 0..2 {
            did(&monitor, Mode::Live, Happening::Accepted(EventName::AddToCart));
        }
        did(&monitor, Mode::Live, Happening::Ended { end: End::Delivered, waited: 1 });
        did(&monitor, Mode::Live, Happening::Ended { end: End::Expired, waited: 1 });
        did(&monitor, Mode::Test, Happening::Accepted(EventName::Purchase));
        did(&monitor, Mode::Test, Happening::Ended { end: End::Delivered, waited: 1 });
        monitor.series.refused(Refused::Beacon(Refusal::IdMismatch));
        hand.forward(HOUR - 1);
        assert_eq!(hourly.round().await, None);
        hand.forward(1);
        let hour = hourly.round().await.expect("it is over");
        let refused = [("id_mismatch".to_owned(), 1)].into();
        let counts =
            Counts { accepted: 2, recovered: 0, delivered: 1, ended: 1, tests: 1, refused };
        assert_eq!(hour, Hour { counts, waiting: Some(0), testing: 1 });
        assert_eq!(hourly.round().await, None, "once");
        hand.forward(HOUR);
        let next = hourly.round().await.expect("the next one");
        assert_eq!(next.counts, Counts::default());
    }
}
