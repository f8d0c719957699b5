//! What is counted and measured, for Prometheus (docs/operating.md#series).
//!
//! Every label is of a closed list or of `assent.toml`, so that nobody outside can make a series; and
//! none names a person. Test events have series of their own: they never count at TikTok, and must not
//! be in a figure that is taken for sales.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use assent_gate::refusal::Refusal;
use assent_gate::tiktok::EventName;
use assent_gate::time::Timestamp;
use prometheus::core::Collector;
use prometheus::proto::{Metric, MetricFamily};
use prometheus::{
    Gauge, Histogram, HistogramOpts, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts,
    Registry, TextEncoder,
};

use super::counts::Counts;
use super::snapshot::Look;
use crate::config::Shop;
use crate::rules::answer::Answer;
use crate::rules::debt::End;
use crate::rules::mode::Mode;
use crate::rules::refused::{Door, Refused};
use crate::store::{Happened, Happening};

/// A beacon is acknowledged after one fsync: milliseconds on a good disk, seconds on a bad day.
const ACCEPT: [f64; 12] = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// At once is a second or two; a held Purchase waits up to 270; an outage lasts hours.
const DELIVERY: [f64; 11] =
    [1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 21600.0, 86400.0];

#[derive(Debug)]
pub struct Series {
    registry: Registry,
    live: Counted,
    test: Counted,
    refused: IntCounterVec,
    answers: IntCounterVec,
    accept: Histogram,
    delivery: Histogram,
    alerts: IntCounterVec,
    /// Of one scrape at a time.
    gauges: Mutex<Gauges>,
}

/// Events, by what became of them.
#[derive(Debug)]
struct Counted {
    events: IntCounterVec,
    ends: IntCounterVec,
}

#[derive(Debug)]
struct Gauges {
    depth: IntGauge,
    oldest: IntGauge,
    held: IntGauge,
    paused: IntGaugeVec,
    demands: IntGauge,
    demand_due: Gauge,
    test_shops: IntGauge,
    ready: IntGauge,
    readable: IntGauge,
    failures: IntCounter,
    queue: IntGauge,
    disk: Gauge,
}

/// What a scrape asks for besides what was counted.
pub(super) struct Now {
    pub(super) free: Option<u64>,
    pub(super) queue: usize,
    pub(super) is_ready: bool,
    pub(super) commit_failures: u64,
    pub(super) now: Timestamp,
}

/// Makes series and registers them.
struct Maker(Registry);

impl Maker {
    fn register<C: Collector + Clone + 'static>(&self, made: prometheus::Result<C>) -> C {
        let made = made.expect("names and labels are well-formed");
        self.0.register(Box::new(made.clone())).expect("no two series have one name");
        made
    }

    fn counters(&self, name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
        self.register(IntCounterVec::new(Opts::new(name, help), labels))
    }

    fn gauge(&self, name: &str, help: &str) -> IntGauge {
        self.register(IntGauge::new(name, help))
    }

    fn histogram(&self, name: &str, help: &str, buckets: &[f64]) -> Histogram {
        let options = HistogramOpts::new(name, help).buckets(buckets.to_vec());
        self.register(Histogram::with_opts(options))
    }

    fn counted(&self, prefix: &str, of: &str) -> Counted {
        let events = self.counters(
            &format!("{prefix}_events_total"),
            &format!("{of}, by what the endpoint made of them."),
            &["shop", "event", "result"],
        );
        let ends = self.counters(
            &format!("{prefix}_ends_total"),
            &format!("{of} that came to an end, by their end."),
            &["end"],
        );
        Counted { events, ends }
    }

    fn gauges(&self) -> Gauges {
        let seconds = |name: &str, help: &str| self.register(Gauge::new(name, help));
        Gauges {
            depth: self.gauge("assent_outbox_depth", "Events that are due and not delivered yet."),
            oldest: self.gauge(
                "assent_outbox_oldest_seconds",
                "Since the oldest of them was accepted; 0 where none waits.",
            ),
            held: self.gauge("assent_held", "Purchases that wait for their orders."),
            paused: self.register(IntGaugeVec::new(
                Opts::new("assent_shop_paused", "1: this shop's queue stands still."),
                &["shop"],
            )),
            demands: self.gauge("assent_demands_open", "Demands of Shopify's that are not done."),
            demand_due: seconds(
                "assent_demand_due_seconds",
                "Until the first of them is due, negative from then on; NaN where none is open.",
            ),
            test_shops: self.gauge("assent_test_shops", "Shops that send test events."),
            ready: self.gauge("assent_ready", "1: /readyz says that events can be stored now."),
            readable: self.gauge(
                "assent_store_readable",
                "1: the store could be read for this scrape; else what it says of queues is old.",
            ),
            failures: self.register(IntCounter::new(
                "assent_commit_failures_total",
                "Commits of the store that failed.",
            )),
            queue: self
                .gauge("assent_write_queue_depth", "Deeds that wait for the store's writer."),
            disk: seconds("assent_disk_free_bytes", "Room left where the store is."),
        }
    }
}

impl Series {
    pub(super) fn new(shops: &[String], test_shops: usize) -> Self {
        let maker = Maker(Registry::new());
        let build = Opts::new("assent_build_info", "Always 1; the label is the release.")
            .const_label("version", env!("CARGO_PKG_VERSION"));
        maker.register(IntGauge::with_opts(build)).set(1);
        let gauges = maker.gauges();
        gauges.test_shops.set(i64::try_from(test_shops).unwrap_or(i64::MAX));
        let series = Self {
            live: maker.counted("assent", "Events"),
            test: maker.counted("assent_test", "Test events, which never count at TikTok,"),
            refused: maker.counters(
                "assent_refused_total",
                "Beacons, events of beacons and webhooks that were refused.",
                &["reason"],
            ),
            answers: maker.counters(
                "assent_tiktok_answers_total",
                "Requests to the Events API, by TikTok's code, or by what came in its place.",
                &["code"],
            ),
            accept: maker.histogram(
                "assent_accept_seconds",
                "From a message's last byte to its 202, durable write included.",
                &ACCEPT,
            ),
            delivery: maker.histogram(
                "assent_delivery_seconds",
                "From an event's acceptance to TikTok's acceptance, a Purchase's hold included.",
                &DELIVERY,
            ),
            alerts: maker.counters(
                "assent_alerts_total",
                "Messages to the addresses of [alerts], by how they went.",
                &["outcome"],
            ),
            gauges: Mutex::new(gauges),
            registry: maker.0,
        };
        series.begin(shops);
        series
    }

    /// What can happen is there from the start, at 0: a rate over a series that begins at 1 misses
    /// the first.
    fn begin(&self, shops: &[String]) {
        let purchase = EventName::Purchase.as_str();
        for shop in shops {
            for result in ["accepted", "duplicate", "recovered", "refused"] {
                self.live.events.with_label_values(&[shop.as_str(), purchase, result]);
            }
            self.test.events.with_label_values(&[shop.as_str(), purchase, "accepted"]);
        }
        for end in End::ALL {
            self.live.ends.with_label_values(&[end.name()]);
            self.test.ends.with_label_values(&[end.name()]);
        }
        let webhooks = Refused::WEBHOOKS.into_iter();
        for refused in webhooks.chain(Refusal::ALL.into_iter().map(Refused::Beacon)) {
            self.refused.with_label_values(&[reason(refused).as_str()]);
        }
        self.answers.with_label_values(&[Answer::Accepted { code: 0 }.label()]);
        for outcome in ["taken", "given_up"] {
            self.alerts.with_label_values(&[outcome]);
        }
    }

    fn of(&self, mode: Mode) -> &Counted {
        match mode {
            Mode::Live => &self.live,
            Mode::Test => &self.test,
        }
    }

    /// What the store has committed.
    pub(super) fn happened(&self, happened: &[Happened]) {
        for Happened { shop, mode, what } in happened {
            let of = self.of(*mode);
            let event = |name: EventName, result| {
                of.events.with_label_values(&[shop.as_str(), name.as_str(), result]).inc();
            };
            match *what {
                Happening::Accepted(name) => event(name, "accepted"),
                Happening::Duplicate(name) => event(name, "duplicate"),
                Happening::Recovered(name) => event(name, "recovered"),
                Happening::Ended { end, waited } => {
                    of.ends.with_label_values(&[end.name()]).inc();
                    if (end, *mode) == (End::Delivered, Mode::Live) {
                        #[expect(clippy::cast_precision_loss, reason = "seconds of days")]
                        self.delivery.observe(waited as f64);
                    }
                }
            }
        }
    }

    /// A beacon or a webhook as a whole.
    pub(crate) fn refused(&self, refused: Refused) {
        self.refused.with_label_values(&[reason(refused).as_str()]).inc();
    }

    /// An event of a known shop's beacon. `None`: its name could not be read.
    pub(crate) fn refused_event(&self, shop: &Shop, name: Option<EventName>, refusal: Refusal) {
        let name = name.map_or("unreadable", EventName::as_str);
        let domain = shop.settings.shop.as_str();
        self.of(shop.mode).events.with_label_values(&[domain, name, "refused"]).inc();
        self.refused(Refused::Beacon(refusal));
    }

    pub(crate) fn accepted_after(&self, seconds: f64) {
        self.accept.observe(seconds);
    }

    pub(crate) fn answered(&self, answer: Answer) {
        self.answers.with_label_values(&[answer.label()]).inc();
    }

    pub(super) fn alerted(&self, outcome: &str) {
        self.alerts.with_label_values(&[outcome]).inc();
    }

    /// What is counted since the process began, for a line of the log.
    pub(super) fn counts(&self) -> Counts {
        let result = |of: &Counted, wanted| total(&of.events, |labels| labels["result"] == wanted);
        let delivered = End::Delivered.name();
        let refused = read(&self.refused);
        Counts {
            accepted: result(&self.live, "accepted"),
            recovered: result(&self.live, "recovered"),
            delivered: total(&self.live.ends, |labels| labels["end"] == delivered),
            ended: total(&self.live.ends, |labels| labels["end"] != delivered),
            tests: result(&self.test, "accepted"),
            refused: refused
                .into_iter()
                .map(|(mut of, n)| (of.remove("reason").unwrap_or_default(), n))
                .collect(),
        }
    }

    pub(super) fn text(&self, look: &Look, state: &Now, shops: &[String]) -> String {
        // Until they have been gathered: two scrapes would mix, and count a failure twice.
        let gauges = self.gauges.lock().unwrap_or_else(PoisonError::into_inner);
        gauges.set(look, state, shops);
        let gathered = self.registry.gather();
        drop(gauges);
        let mut text = String::new();
        TextEncoder::new()
            .encode_utf8(&gathered, &mut text)
            .expect("what is registered can be written");
        text
    }
}

impl Gauges {
    fn set(&self, look: &Look, state: &Now, shops: &[String]) {
        let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        self.ready.set(i64::from(state.is_ready));
        self.queue.set(number(state.queue));
        self.failures.inc_by(state.commit_failures.saturating_sub(self.failures.get()));
        #[expect(clippy::cast_precision_loss, reason = "bytes of a disk, for an eye")]
        self.disk.set(state.free.map_or(f64::NAN, |free| free as f64));
        self.readable.set(i64::from(look.is_ok()));
        let Ok(seen) = look else { return };
        let queues = || seen.queues.values();
        self.depth.set(queues().map(|queue| queue.due).sum());
        self.held.set(queues().map(|queue| queue.held).sum());
        let oldest = queues().filter_map(|queue| queue.oldest_due).min();
        self.oldest.set(oldest.map_or(0, |at| state.now.since(at).max(0)));
        for shop in shops {
            let paused = seen.paused.contains_key(shop);
            self.paused.with_label_values(&[shop.as_str()]).set(i64::from(paused));
        }
        self.demands.set(number(seen.demands.len()));
        #[expect(clippy::cast_precision_loss, reason = "seconds of weeks")]
        let until = |due: i64| (due - state.now.0) as f64;
        let first = seen.demands.iter().map(|demand| demand.due_at).min();
        self.demand_due.set(first.map_or(f64::NAN, until));
    }
}

/// Each counter of several, by its labels.
fn read(counters: &IntCounterVec) -> Vec<(BTreeMap<String, String>, u64)> {
    let families = counters.collect();
    let metrics = families.iter().flat_map(MetricFamily::get_metric);
    let labels = |metric: &Metric| {
        let pairs = metric.get_label().iter();
        pairs.map(|pair| (pair.name().to_owned(), pair.value().to_owned())).collect()
    };
    // A count of events that a process has seen is exact as a float.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
    metrics.map(|metric| (labels(metric), metric.get_counter().get_value() as u64)).collect()
}

fn total(counters: &IntCounterVec, of: impl Fn(&BTreeMap<String, String>) -> bool) -> u64 {
    read(counters).iter().filter(|(labels, _)| of(labels)).map(|(_, n)| n).sum()
}

/// A beacon's is the contract's word; a webhook's begins with its door, for some words are of both.
fn reason(refused: Refused) -> String {
    match refused.door() {
        Door::Beacons => refused.reason().to_owned(),
        Door::Webhooks => format!("webhook_{}", refused.reason()),
    }
}
