use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use assent_gate::time::Timestamp;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use tokio::sync::Notify;
use tower::ServiceExt as _;

use super::*;
use crate::clock::Clock;
use crate::config::{Config, Secrets};
use crate::http::{Crowd, Refusals, router};
use crate::monitor::Monitor;
use crate::store::{Obstacle, Store};

const FILE: &str = "public_url = \"https://events.example.com\"\n[[shops]]\ndomain = \"acme.myshopify.com\"\n\
    pixel_code = \"C4EXAMPLE0000000000\"\naccess_token_env = \"T\"\nconsent.cmp = \"shopify\"";

struct Endpoint {
    dir: tempfile::TempDir,
    app: App,
}

fn endpoint() -> Endpoint {
    let dir = tempfile::TempDir::new().expect("a directory");
    let config = Config::parse(FILE, Path::new(""), Secrets::Needed, &|_| Some("x".to_owned()));
    let config = Arc::new(config.expect("no fault"));
    let now = Timestamp(1_772_442_000);
    let shops = || config.shops.iter().map(|shop| &shop.settings.shop);
    let path = dir.path().join("assent.db");
    let store = Store::open(&path, shops(), now).expect("a store");
    let monitor = Monitor::new(&store, path, shops(), []);
    let refusals = Arc::new(Refusals::of(shops(), monitor.series.clone()));
    let app = App {
        config: config.clone(),
        store,
        clock: Clock::by_hand(now).0,
        bells: Arc::new(HashMap::new()),
        refusals,
        monitor,
        clerk_bell: Arc::new(Notify::new()),
        crowd: Arc::new(Crowd::of(&config)),
    };
    Endpoint { dir, app }
}

impl Endpoint {
    async fn get(&self, path: &str) -> (u16, String) {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let answer = router(self.app.clone()).oneshot(request).await.expect("an answer");
        let status = answer.status().as_u16();
        let body = to_bytes(answer.into_body(), 1 << 16).await.expect("a body");
        (status, String::from_utf8(body.to_vec()).expect("text"))
    }
}

#[tokio::test]
async fn a_dead_writer_is_no_life_and_ends_the_process() {
    let endpoint = endpoint();
    assert_eq!(endpoint.get("/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(endpoint.get("/readyz").await.0, 200);
    endpoint.app.store.break_off();
    endpoint.app.store.broken().await;
    let (status, said) = endpoint.get("/healthz").await;
    assert_eq!(status, 503, "{said}");
    let (status, said) = endpoint.get("/readyz").await;
    assert!(status == 503 && said.contains("writer has broken off"), "{status} {said}");
}

#[tokio::test]
async fn who_stops_is_alive_and_not_ready() {
    let endpoint = endpoint();
    endpoint.app.monitor.readiness.stop();
    assert_eq!(endpoint.get("/readyz").await, (503, "not ready: it is stopping\n".to_owned()));
    assert_eq!(endpoint.get("/healthz").await.0, 200);
}

/// Each test is a write, and anybody may ask.
#[tokio::test]
async fn the_store_is_tested_once_in_five_seconds_whoever_asks() {
    let endpoint = endpoint();
    let failures = || endpoint.app.store.durability().failures;
    endpoint.app.store.test_write().await.expect("it can be written");
    let obstacle = Obstacle::before(&endpoint.dir.path().join("assent.db"));
    // Nothing has failed yet: nothing is tested.
    assert_eq!((endpoint.get("/readyz").await.0, failures()), (200, 0));
    endpoint.app.store.test_write().await.expect_err("it cannot be written");
    for _ in 0..20 {
        let (status, said) = endpoint.get("/readyz").await;
        assert!(status == 503 && said.contains("so does a test"), "{status} {said}");
    }
    assert_eq!(failures(), 2, "one test for all who asked");
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(5)).await;
    tokio::time::resume();
    assert_eq!((endpoint.get("/readyz").await.0, failures()), (503, 3));
    drop(obstacle);
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(5)).await;
    tokio::time::resume();
    let (status, said) = endpoint.get("/readyz").await;
    assert_eq!((status, failures()), (200, 3), "{said}");
}
