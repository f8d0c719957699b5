//! An endpoint in this process: its own router over a store of its own, with a clock that all but stands.

use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;

use assent_endpoint::clock::{Clock, Hand};
use assent_endpoint::config::{Config, Secrets};
use assent_endpoint::http::{App, Crowd, Refusals, router};
use assent_endpoint::monitor::Monitor;
use assent_endpoint::store::Store;
use assent_gate::time::Timestamp;
use axum::Router;
use axum::body::Body;
use axum::http::Request;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

/// 2026-03-02T09:00:00Z, in which the seeds of beacons live.
pub const NOW: i64 = 1_772_442_000;
/// Of every shop here.
pub const SECRET: &str = "shpss-5ecret";
/// What the seeds plant where nothing may ever store it: raw contacts and what opens a checkout.
pub const PLANTED: [&str; 5] = [
    "planted.jane@example.com",
    "+12133734253",
    "planted-checkout-token",
    "Plantedfirst",
    "1 Planted Street",
];

const CONFIG: &str = r#"
listen = "127.0.0.1:0"
public_url = "https://events.example.com"
store = "sqlite:assent.db"
[limits] # the most there is
beacons_per_shop = 100000
beacons_per_address = 100000
[[shops]]
domain = "acme.myshopify.com"
storefronts = ["shop.acme.example"]
pixel_code = "C4EXAMPLE0000000000"
access_token_env = "TOKEN"
webhook_secret_envs = ["SECRET"]
consent.cmp = "shopify"
custom_events.joined = { event = "Subscribe", to = ["server"] }
[[shops]]
domain = "named.myshopify.com"
storefronts = ["shop.named.example"]
pixel_code = "C4EXAMPLE0000000001"
access_token_env = "TOKEN"
webhook_secret_envs = ["SECRET"]
consent.cmp = "onetrust"
consent.categories = ["C0004", "H16"]
[[shops]]
domain = "auto.myshopify.com"
storefronts = ["shop.auto.example"]
pixel_code = "C4EXAMPLE0000000002"
access_token_env = "TOKEN"
webhook_secret_envs = ["SECRET"]
consent.cmp = "auto"
"#;

/// The tool that each of these shops names.
pub const SHOPS: [(&str, &str); 3] = [
    ("acme.myshopify.com", "shopify"),
    ("named.myshopify.com", "onetrust"),
    ("auto.myshopify.com", "auto"),
];

#[derive(Debug)]
pub struct House {
    hand: Hand,
    posts: Cell<u32>,
    runtime: Runtime,
    router: Router,
    store: Store,
    folder: TempDir,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

impl House {
    pub fn new() -> Self {
        // In memory, where the machine has such a folder: what is stored is looked at, not how
        // safely.
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
        let folder = folder.expect("a directory");
        let environment = |name: &str| {
            let known = [("TOKEN", "tok-5ecret-9f8e7d6c"), ("SECRET", SECRET)];
            known.into_iter().find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
        };
        let config = Config::parse(CONFIG, folder.path(), Secrets::Needed, &environment)
            .expect("a configuration without a fault");
        let shops = || config.shops.iter().map(|shop| &shop.settings.shop);
        let (clock, hand) = Clock::by_hand(Timestamp(NOW));
        let store = Store::open(&config.store, shops(), clock.now()).expect("a store");
        let monitor = Monitor::new(&store, config.store.clone(), shops(), []);
        let refusals = Arc::new(Refusals::of(shops(), monitor.series.clone()));
        let app = App {
            refusals,
            monitor,
            store: store.clone(),
            clock,
            bells: Arc::default(),
            clerk_bell: Arc::default(),
            crowd: Arc::new(Crowd::of(&config)),
            config: Arc::new(config),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        Self { hand, posts: Cell::new(0), runtime, router: router(app), store, folder }
    }

    /// One request, through everything but the socket.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        // Seldom enough for the seeds, and often enough for the limits above.
        self.posts.set(self.posts.get() + 1);
        if self.posts.get().is_multiple_of(50_000) {
            self.hand.forward(1);
        }
        let mut request = Request::post(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_vec())).expect("a request");
        self.runtime.block_on(async {
            let Ok(answer) = self.router.clone().oneshot(request).await;
            let status = answer.status().as_u16();
            let body = axum::body::to_bytes(answer.into_body(), usize::MAX).await;
            Answer { status, body: body.expect("it is in memory").to_vec() }
        })
    }

    /// Closes the store, and panics if anything planted is in its files.
    pub fn searched(self) -> usize {
        let Self { runtime, router, store, folder, .. } = self;
        drop((router, runtime));
        store.close();
        let files = std::fs::read_dir(folder.path()).expect("a directory");
        let mut bytes = 0;
        for file in files.map(|file| file.expect("a file").path()) {
            let content = std::fs::read(&file).unwrap_or_default();
            bytes += content.len();
            for planted in PLANTED {
                let found = content.windows(planted.len()).any(|part| part == planted.as_bytes());
                assert!(!found, "{planted} is in {}", file.display());
            }
        }
        bytes
    }
}

impl Default for House {
    fn default() -> Self {
        Self::new()
    }
}
