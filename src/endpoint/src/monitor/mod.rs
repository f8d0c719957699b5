//! How the endpoint is, for who runs it: [`readiness`] says whether it can store, [`series`] counts,
//! [`snapshot`] looks at the store's queues now and then, [`tightness`] puts into words what needs a
//! person's eye, and [`alerts`] tells it to another machine. Nothing here decides anything about an event,
//! and nothing here names a shopper.

pub mod alerts;
mod counts;
pub(crate) mod disk;
mod firsts;
pub mod hourly;
pub mod readiness;
pub mod series;
mod snapshot;
pub(crate) mod tightness;

use std::sync::Arc;
use std::time::Duration;

use assent_gate::settings::ShopDomain;
use assent_gate::time::Timestamp;
use tokio::sync::Semaphore;

pub use self::counts::Counts;
use self::firsts::Firsts;
pub use self::readiness::{NotReady, Readiness};
pub use self::series::Series;
pub use self::snapshot::{Look, Seen};

use self::snapshot::Snapshot;
use self::tightness::Tightness;
use crate::run_number::RunNumber;
use crate::store::Store;
use crate::store_place::StorePlace;

/// For a disk's answer, which a load balancer may be waiting for.
const PATIENCE: Duration = Duration::from_secs(1);

/// What every door and task that tells of the endpoint's state shares.
#[derive(Debug, Clone)]
pub struct Monitor {
    pub series: Arc<Series>,
    pub readiness: Arc<Readiness>,
    pub(crate) firsts: Arc<Firsts>,
    snapshot: Arc<Snapshot>,
    store: Store,
    place: Arc<StorePlace>,
    /// Who asks the disk, one at a time: one that hangs must not get a thread for each.
    asks: Arc<Semaphore>,
    shops: Arc<[String]>,
    test_shops: usize,
    run: RunNumber,
}

impl Monitor {
    /// `place`: the store's. `tests`: those of the shops that send test events.
    pub fn new<'a>(
        store: &Store,
        place: impl Into<StorePlace>,
        shops: impl IntoIterator<Item = &'a ShopDomain>,
        tests: impl IntoIterator<Item = &'a ShopDomain>,
    ) -> Self {
        let place = place.into();
        let shops: Arc<[String]> = shops.into_iter().map(|shop| shop.as_str().to_owned()).collect();
        let test_shops = tests.into_iter().count();
        let series = Arc::new(Series::new(&shops, test_shops));
        let firsts = Arc::new(Firsts::of(&shops));
        let (counted, noticed) = (series.clone(), firsts.clone());
        store.listen(Box::new(move |happened| {
            counted.happened(&happened);
            noticed.happened(&happened);
        }));
        Self {
            series,
            firsts,
            readiness: Arc::new(Readiness::new(store.clone())),
            snapshot: Arc::new(Snapshot::new(place.clone(), shops.clone())),
            store: store.clone(),
            place: Arc::new(place),
            asks: Arc::new(Semaphore::new(1)),
            shops,
            test_shops,
            run: store.run(),
        }
    }

    /// Of this server.
    pub fn run(&self) -> RunNumber {
        self.run
    }

    /// What is getting tight, a line each.
    pub async fn tight(&self, now: Timestamp) -> Vec<String> {
        let look = self.snapshot.look(now).await;
        let tightness = Tightness {
            free: self.free().await,
            queue: self.store.depth(),
            shops: self.shops.len(),
            test_shops: self.test_shops,
            has_failed: self.store.durability().has_failed,
            is_unheard_of: self.store.is_unheard_of(),
        };
        tightness.lines(&look, now)
    }

    /// What is counted, as Prometheus reads it.
    pub async fn text(&self, now: Timestamp) -> String {
        let look = self.snapshot.look(now).await;
        let is_ready = self.readiness.check().await.is_ok();
        let state = series::Now {
            free: self.free().await,
            queue: self.store.depth(),
            is_ready,
            commit_failures: self.store.durability().failures,
            now,
        };
        self.series.text(&look, &state, &self.shops)
    }

    pub(crate) async fn look(&self, now: Timestamp) -> Arc<Look> {
        self.snapshot.look(now).await
    }

    /// `None`: it could not be asked, or the disk is a database's.
    async fn free(&self) -> Option<u64> {
        let (path, asks) = (self.place.file()?.to_owned(), self.asks.clone());
        let free = async {
            let one = asks.acquire_owned().await.ok()?;
            let ask = tokio::task::spawn_blocking(move || {
                let _one = one;
                disk::free(&path)
            });
            ask.await.ok().flatten()
        };
        tokio::time::timeout(PATIENCE, free).await.ok().flatten()
    }
}
