//! The endpoint without its sockets: the real router over the real store, and a clock in the test's
//! hand. A crash leaves nothing but the store's rows.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use assent_endpoint::clock::{Clock, Hand};
use assent_endpoint::compliance::Clerk;
use assent_endpoint::config::{Config, Shop};
use assent_endpoint::delivery::bell::Bell;
use assent_endpoint::http::{App, Crowd, Peer, Refusals, router};
use assent_endpoint::monitor::Monitor;
use assent_endpoint::store::{Store, StoreError};
use assent_endpoint::store_place::StorePlace;
use assent_gate::time::Timestamp;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::Notify;
use tower::ServiceExt as _;

use crate::shops;
use crate::support::place::Place;
use crate::support::rows::{Rows, hex};

pub(crate) struct Server {
    dir: TempDir,
    config: Arc<Config>,
    clock: Clock,
    hand: Hand,
    open: Option<Open>,
    /// The test's own look into the store.
    pub(crate) rows: Rows,
    runtime: Runtime,
    /// Goes last: the store is still in it.
    place: Place,
}

struct Open {
    store: Store,
    router: Router,
}

/// Status and body.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Server {
    pub(crate) fn new(start: Timestamp) -> Self {
        // In memory, where the machine has such a place: power loss is not what is tried here.
        let memory = Path::new("/dev/shm");
        let dir = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }
            .expect("a directory");
        let (clock, hand) = Clock::by_hand(start);
        let place = Place::new();
        let config = Arc::new(shops::config(&place, dir.path(), None));
        let runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let Open { store, router } = opened(&config, &clock);
        drop(router);
        store.close();
        let rows = place.rows(dir.path()).in_a_hurry();
        // A shop's key is random, and what it hashes decides which rows meet: with one of ours a seed
        // has one history.
        for shop in 0..shops::SHOPS {
            let domain = shops::domain(shop);
            let key = hex(&domain.repeat(3).as_bytes()[..32]);
            rows.run(&format!("UPDATE shop SET index_key = x'{key}' WHERE domain = '{domain}'"));
        }
        let open = Some(opened(&config, &clock));
        Self { dir, config, clock, hand, open, rows, runtime, place }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn forward(&self, seconds: i64) {
        self.hand.forward(seconds);
    }

    pub(crate) fn shop(&self, shop: usize) -> Arc<Shop> {
        self.config.shops[shop].clone()
    }

    pub(crate) fn store_place(&self) -> StorePlace {
        self.config.store.clone()
    }

    pub(crate) fn folder(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    fn open(&self) -> &Open {
        self.open.as_ref().expect("it is open")
    }

    /// The process ends without a farewell, and a new one opens the store.
    pub(crate) fn crash(&mut self, testing: Option<usize>) {
        if let Some(Open { store, router }) = self.open.take() {
            drop(router);
            store.close();
        }
        self.config = Arc::new(shops::config(&self.place, self.dir.path(), testing));
        self.open = Some(opened(&self.config, &self.clock));
    }

    pub(crate) fn beacon(&self, peer: [u8; 4], body: &Value) -> Answer {
        let headers = [("Content-Type", "text/plain".to_owned())];
        self.post("/v1/events", &headers, peer, body.to_string())
    }

    pub(crate) fn webhook(&self, headers: &[(&str, String)], body: String) -> Answer {
        self.post("/v1/webhooks/shopify", headers, [20, 255, 255, 255], body)
    }

    fn post(&self, path: &str, headers: &[(&str, String)], peer: [u8; 4], body: String) -> Answer {
        let mut request = Request::post(path).header("Content-Length", body.len());
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let peer = Peer(SocketAddr::from((peer, 443)));
        let request = request.extension(peer).body(Body::from(body)).expect("a request");
        let router = self.open().router.clone();
        self.runtime.block_on(async {
            let answer = router.oneshot(request).await.expect("a router always answers");
            let status = answer.status().as_u16();
            let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
            Answer { status, body: serde_json::from_slice(&body).unwrap_or_default() }
        })
    }

    /// One deed of the store's.
    pub(crate) fn store<T, F: Future<Output = T>>(&self, deed: impl FnOnce(Store) -> F) -> T {
        self.runtime.block_on(deed(self.open().store.clone()))
    }

    pub(crate) fn clerk(&self) {
        let (store, clock) = (self.open().store.clone(), self.clock.clone());
        let clerk = Clerk { store, place: self.config.store.clone(), clock, bell: Arc::default() };
        self.runtime.block_on(clerk.round());
    }
}

fn opened(config: &Arc<Config>, clock: &Clock) -> Open {
    let domains: Vec<_> = config.shops.iter().map(|shop| shop.settings.shop.clone()).collect();
    let store = loop {
        match Store::open(&config.store, &domains, clock.now()) {
            // A program that another test is just starting holds a copy of the lock until it is on
            // its feet.
            Err(StoreError::Locked { .. }) => std::thread::yield_now(),
            opened => break opened.expect("a store"),
        }
    };
    let bells: HashMap<_, _> =
        domains.iter().map(|domain| (domain.clone(), Arc::new(Bell::default()))).collect();
    let monitor = Monitor::new(&store, config.store.clone(), &domains, []);
    let app = App {
        config: config.clone(),
        store: store.clone(),
        clock: clock.clone(),
        bells: Arc::new(bells),
        refusals: Arc::new(Refusals::of(&domains, monitor.series.clone())),
        monitor,
        clerk_bell: Arc::new(Notify::new()),
        crowd: Arc::new(Crowd::of(config)),
    };
    Open { store, router: router(app) }
}
