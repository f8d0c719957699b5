//! What the doors refuse of the configured shops, for the operator. Whoever knows a shop's name can
//! cause it, so it is bounded: the log has a line a minute for a shop and a reason, the store a number
//! for a shop, a day and a reason of a closed list, written every two seconds at most.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use tokio::sync::{Notify, watch};

use super::line::Line;
use crate::clock::Clock;
use crate::monitor::Series;
use crate::rules::refused::{Door, Loudness, Refused};
use crate::store::Store;

/// Between two writings.
const REST: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub struct Refusals {
    shops: HashMap<ShopDomain, Mutex<OfShop>>,
    /// Beacons that name a shop which is not here.
    strangers: Mutex<Line>,
    /// By what has [`Failed`].
    failures: [Mutex<Line>; 3],
    bell: Notify,
    series: Arc<Series>,
}

#[derive(Debug, Default)]
struct OfShop {
    /// Not stored yet.
    waiting: Vec<(Refused, u32)>,
    /// For each reason, so that nobody hides one behind another.
    lines: Vec<(Refused, Line)>,
}

/// What the store could not do for a door, whosever it was.
#[derive(Debug, Clone, Copy)]
pub(super) enum Failed {
    Beacon,
    Webhook,
    Module,
}

impl Failed {
    fn sentence(self) -> &'static str {
        match self {
            Self::Beacon => "beacons or withdrawals could not be stored; browsers send them again",
            Self::Webhook => "webhooks could not be stored; Shopify will send them again",
            Self::Module => "modules could not be read",
        }
    }
}

impl OfShop {
    fn line(&mut self, refused: Refused) -> &mut Line {
        let known = self.lines.iter().position(|(other, _)| *other == refused);
        let at = known.unwrap_or_else(|| {
            self.lines.push((refused, Line::default()));
            self.lines.len() - 1
        });
        &mut self.lines[at].1
    }
}

impl Refusals {
    pub fn of<'a>(shops: impl IntoIterator<Item = &'a ShopDomain>, series: Arc<Series>) -> Self {
        let shops = shops.into_iter().map(|shop| (shop.clone(), Mutex::default())).collect();
        let (strangers, failures) = (Mutex::default(), Default::default());
        Self { shops, strangers, failures, bell: Notify::new(), series }
    }

    /// A shop that is not configured leaves nothing but a count. (Beacons are counted where they are
    /// answered: `events.rs` knows which event it was.)
    pub(super) fn note(&self, shop: &ShopDomain, refused: Refused, now: Timestamp) {
        if refused.door() == Door::Webhooks {
            self.series.refused(refused);
        }
        let Some(of_shop) = self.shops.get(shop) else { return };
        let mut of_shop = of_shop.lock().unwrap_or_else(PoisonError::into_inner);
        let line = of_shop.line(refused);
        let loudness = refused.loudness();
        if loudness != Loudness::Silence
            && let Some(n) = line.due(now)
        {
            let (shop, reason) = (shop.as_str(), refused.reason());
            let (door, advice) = (refused.door().name(), refused.advice());
            if loudness == Loudness::Warning {
                tracing::warn!(shop, reason, n, "{door} of this shop are refused: {advice}");
            } else {
                tracing::info!(shop, reason, n, "{door} of this shop are refused: {advice}");
            }
        }
        if refused.is_stored() {
            match of_shop.waiting.iter_mut().find(|(other, _)| *other == refused) {
                Some((_, n)) => *n = n.saturating_add(1),
                None => of_shop.waiting.push((refused, 1)),
            }
            self.bell.notify_one();
        }
    }

    /// A beacon of nobody we know. Its name is a stranger's text, and is not told.
    pub(super) fn stranger(&self, now: Timestamp) {
        let mut line = self.strangers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = line.due(now) {
            tracing::info!(
                n,
                "beacons name a shop that assent.toml does not have, and are refused. Is a domain \
                 there misspelt, or another endpoint's snippet pasted?"
            );
        }
    }

    /// One line a minute, however many ask meanwhile: a disk that is full fails them all.
    pub(super) fn failed(&self, what: Failed, error: &dyn fmt::Display, now: Timestamp) {
        let line = &self.failures[what as usize];
        let mut line = line.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = line.due(now) {
            tracing::error!(n, %error, "{}", what.sentence());
        }
    }

    /// Writes down what was refused, until `stop` says `true`, and then once more.
    pub async fn keep(
        self: Arc<Self>,
        store: Store,
        clock: Clock,
        mut stop: watch::Receiver<bool>,
    ) {
        while !*stop.borrow() {
            tokio::select! {
                () = self.bell.notified() => self.write(&store, clock.now()).await,
                _ = stop.changed() => {}
            }
            tokio::select! {
                () = tokio::time::sleep(REST) => {}
                _ = stop.changed() => {}
            }
        }
        self.write(&store, clock.now()).await;
    }

    async fn write(&self, store: &Store, now: Timestamp) {
        let mut waiting = Vec::new();
        for (shop, of_shop) in &self.shops {
            let mut of_shop = of_shop.lock().unwrap_or_else(PoisonError::into_inner);
            waiting
                .extend(of_shop.waiting.drain(..).map(|(refused, n)| (shop.clone(), refused, n)));
        }
        if waiting.is_empty() {
            return;
        }
        if let Err(error) = store.note_refusals(waiting, now).await {
            tracing::error!(%error, "refusals could not be counted; `assent report` has too few");
        }
    }
}
