//! The endpoint inside this process, where SQLite's files lie on a [`crate::disk::Disk`]. Its doors are
//! real sockets. No courier runs: what is delivered is told to the store by hand.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use assent_endpoint::clock::Clock;
use assent_endpoint::config::{Config, Secrets};
use assent_endpoint::http::listen::Bounds;
use assent_endpoint::http::{App, Crowd, Refusals, listen, router};
use assent_endpoint::monitor::Monitor;
use assent_endpoint::rules::answer::{Answer as Told, Reply};
use assent_endpoint::store::read::Reader;
use assent_endpoint::store::{Lives, Store, StoreError};
use assent_endpoint::zone::Zones;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use crate::support::http::{Answer, request};
use crate::support::orders::{SECRET, signature};
use crate::support::server::{ADMIN_TOKEN, PIXEL, SHOP};

pub(crate) const STORE: &str = "assent.db";
const LIVES: Lives = Lives { receipts_months: 36, zones: Zones::UTC };

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(4).enable_all().build().expect("a runtime")
});

pub(crate) struct Endpoint {
    config: Arc<Config>,
    store: Store,
    address: String,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

fn configuration(folder: &Path) -> Config {
    let text = format!(
        "public_url = \"https://events.example.com\"\nadmin_token_env = \"ADMIN\"\n\
         store = \"sqlite:{STORE}\"\n[[shops]]\ndomain = \"{SHOP}\"\n\
         storefronts = [\"shop.acme.example\"]\npixel_code = \"{PIXEL}\"\n\
         access_token_env = \"T\"\nwebhook_secret_envs = [\"W\"]\nconsent.cmp = \"shopify\"\n"
    );
    let environment = |name: &str| {
        let secret = match name {
            "ADMIN" => ADMIN_TOKEN,
            "W" => SECRET,
            _ => "tok-5ecret",
        };
        Some(secret.to_owned())
    };
    Config::parse(&text, folder, Secrets::Needed, &environment).expect("no fault")
}

impl Endpoint {
    pub(crate) fn start(folder: &Path) -> Result<Self, StoreError> {
        let config = Arc::new(configuration(folder));
        let shops = config.shops.iter().map(|shop| &shop.settings.shop);
        let clock = Clock::machine();
        let store = Store::open(&config.store, shops.clone(), clock.now())?;
        let (stop, stopped) = oneshot::channel();
        let monitor = Monitor::new(&store, config.store.clone(), shops.clone(), []);
        let app = App {
            config: config.clone(),
            store: store.clone(),
            clock,
            bells: Arc::new(HashMap::new()),
            refusals: Arc::new(Refusals::of(shops, monitor.series.clone())),
            monitor,
            clerk_bell: Arc::new(Notify::new()),
            crowd: Arc::new(Crowd::of(&config)),
        };
        let listener = RUNTIME.block_on(TcpListener::bind("127.0.0.1:0")).expect("a port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let stopped = async move { drop(stopped.await) };
        let serving = RUNTIME.spawn(listen::serve(
            listener,
            None,
            router(app),
            Bounds::usual(64, &[]),
            stopped,
        ));
        Ok(Self { config, store, address, stop, serving })
    }

    /// As SIGTERM.
    pub(crate) fn stop(self) {
        let Self { config: _, store, address: _, stop, serving } = self;
        drop(stop);
        RUNTIME.block_on(serving).expect("it ends");
        store.close();
    }

    pub(crate) fn beacon(&self, body: &str) -> Answer {
        let headers = [("Content-Type", "text/plain")];
        request(&self.address, "POST", "/v1/events", &headers, body.as_bytes()).expect("an answer")
    }

    pub(crate) fn order(&self, webhook: &str, order: &serde_json::Value) -> Answer {
        let body = order.to_string();
        let signed = signature(SECRET, body.as_bytes());
        let headers = [
            ("Content-Type", "application/json"),
            ("X-Shopify-Topic", "orders/create"),
            ("X-Shopify-Shop-Domain", SHOP),
            ("X-Shopify-Webhook-Id", webhook),
            ("X-Shopify-Hmac-Sha256", &signed),
        ];
        request(&self.address, "POST", "/v1/webhooks/shopify", &headers, body.as_bytes())
            .expect("an answer")
    }

    /// A customer's erasure, by the admin API.
    pub(crate) fn forget(&self, checkout: &str) -> Answer {
        let body = serde_json::json!({"shop": SHOP, "whom": {"checkout": checkout}}).to_string();
        let bearer = format!("Bearer {ADMIN_TOKEN}");
        let headers = [("Content-Type", "application/json"), ("Authorization", &*bearer)];
        request(&self.address, "POST", "/admin/api/forget", &headers, body.as_bytes())
            .expect("an answer")
    }

    /// Everything that is due is claimed, and TikTok has taken it. Whether that could be written
    /// down.
    pub(crate) fn deliver(&self) -> Result<(), StoreError> {
        let (shop, now) = (&self.config.shops[0], Clock::machine().now());
        let reply = Reply { answer: Told::Accepted { code: 0 }, request_id: None };
        RUNTIME.block_on(async {
            let claim = self.store.claim(shop, 50, now).await?;
            self.store.settle(&shop.settings.shop, &claim.ids(), &reply, now).await.map(|_| ())
        })
    }

    pub(crate) fn sweep(&self) -> Result<(), StoreError> {
        RUNTIME.block_on(self.store.sweep(LIVES, Clock::machine().now())).map(|_| ())
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::open(&self.config.store).expect("a store that can be read")
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.config.store.file().expect("a file").to_owned()
    }
}
