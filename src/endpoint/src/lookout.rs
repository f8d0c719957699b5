//! Looks at the store now and then, and says in the log what an operator would want to know and
//! nobody else would say. (`assent report` says it too.)

use std::collections::HashMap;
use std::time::Duration;

use assent_gate::time::{DAY, Timestamp};
use tokio::sync::watch;

use crate::clock::Clock;
use crate::rules::addresses::Doubt;
use crate::store::StoreError;
use crate::store::read::{AddressDoubt, Reader};
use crate::store_place::StorePlace;

const EVERY: Duration = Duration::from_secs(30);

#[derive(Debug, Clone)]
pub(crate) struct Lookout {
    pub(crate) place: StorePlace,
    pub(crate) clock: Clock,
}

impl Lookout {
    /// Works until `stop` says `true`.
    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        let mut told = HashMap::new();
        while !*stop.borrow() {
            tokio::select! {
                () = tokio::time::sleep(EVERY) => self.look(&mut told).await,
                _ = stop.changed() => {}
            }
        }
    }

    /// The same of a shop once a day.
    async fn look(&self, told: &mut HashMap<(String, Doubt), Timestamp>) {
        let (place, now) = (self.place.clone(), self.clock.now());
        let read = move || Reader::open(&place)?.address_doubts(now);
        let doubts: Result<Vec<AddressDoubt>, StoreError> =
            tokio::task::spawn_blocking(read).await.unwrap_or(Err(StoreError::Stopped));
        match doubts {
            Ok(doubts) => {
                for doubt in doubts {
                    let last =
                        told.entry((doubt.shop.clone(), doubt.cause)).or_insert(now.plus(-DAY));
                    if now.since(*last) >= DAY {
                        *last = now;
                        tracing::warn!(shop = doubt.shop, "{}", doubt.sentence());
                    }
                }
            }
            Err(error) => tracing::debug!(%error, "the store could not be looked at"),
        }
    }
}
