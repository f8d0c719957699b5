//! The doors in the test's own process, with waits of milliseconds in place of seconds; and what a
//! stranger does to a socket.

use std::collections::HashMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use assent_endpoint::clock::Clock;
use assent_endpoint::config::{Config, Secrets};
use assent_endpoint::http::listen::{self, Bounds};
use assent_endpoint::http::{App, Crowd, Refusals, router};
use assent_endpoint::monitor::Monitor;
use assent_endpoint::store::Store;
use assent_postgres::PASSWORD;
use serde_json::Value;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::Notify;

use super::orders::{SECRET, signature};
use super::place::{Place, VARIABLE};
use super::server::{PIXEL, SHOP};

pub(crate) struct Front {
    pub(crate) address: SocketAddr,
    _runtime: Runtime,
    _dir: TempDir,
    _place: Place,
}

impl Front {
    /// `change` makes other bounds of the usual ones. The test's own machine is a stranger here, and
    /// no proxy.
    pub(crate) fn with(change: impl FnOnce(&mut Bounds)) -> Self {
        let (dir, place) = (TempDir::new().expect("a directory"), Place::new());
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let mut bounds = Bounds::usual(1000, &[]);
        change(&mut bounds);
        let address = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
            let address = listener.local_addr().expect("an address");
            let router = router(app(&place, dir.path()));
            tokio::spawn(listen::serve(listener, None, router, bounds, std::future::pending()));
            address
        });
        Self { address, _runtime: runtime, _dir: dir, _place: place }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        connect(&self.address.to_string())
    }

    pub(crate) fn webhook(&self, id: &str, order: &Value) -> u16 {
        exchange(self.connect(), &webhook(SHOP, id, order))[0].0
    }
}

fn app(place: &Place, dir: &Path) -> App {
    let store = place.settings();
    let text = format!(
        "public_url = \"https://events.example.com\"\n{store}[[shops]]\ndomain = \"{SHOP}\"\n\
         pixel_code = \"{PIXEL}\"\naccess_token_env = \"T\"\nwebhook_secret_envs = [\"W\"]\nconsent.cmp = \"shopify\"\n"
    );
    let config = Config::parse(&text, dir, Secrets::Needed, &|name| {
        Some(if name == VARIABLE { PASSWORD } else { SECRET }.to_owned())
    });
    let config = Arc::new(config.expect("no fault"));
    let shops = || config.shops.iter().map(|shop| &shop.settings.shop);
    let clock = Clock::machine();
    let store = Store::open(&config.store, shops(), clock.now()).expect("a store");
    let monitor = Monitor::new(&store, config.store.clone(), shops(), []);
    App {
        store,
        clock,
        bells: Arc::new(HashMap::new()),
        refusals: Arc::new(Refusals::of(shops(), monitor.series.clone())),
        monitor,
        clerk_bell: Arc::new(Notify::new()),
        crowd: Arc::new(Crowd::of(&config)),
        config,
    }
}

pub(crate) fn connect(address: &str) -> TcpStream {
    let socket = TcpStream::connect(address).expect("a connection");
    socket.set_read_timeout(Some(Duration::from_secs(30))).expect("a socket");
    socket.set_write_timeout(Some(Duration::from_secs(30))).expect("a socket");
    socket
}

/// A signed delivery, as bytes.
pub(crate) fn webhook(shop: &str, id: &str, order: &Value) -> Vec<u8> {
    let body = order.to_string();
    let (head, length) = (webhook_head(shop, id, body.as_bytes()), body.len());
    format!("{head}Content-Length: {length}\r\n\r\n{body}").into_bytes()
}

/// Of a signed delivery, up to what says how long the body is.
pub(crate) fn webhook_head(shop: &str, id: &str, body: &[u8]) -> String {
    format!(
        "POST /v1/webhooks/shopify HTTP/1.1\r\nHost: e\r\nConnection: close\r\nX-Shopify-Topic: orders/create\r\n\
         X-Shopify-Shop-Domain: {shop}\r\nX-Shopify-Webhook-Id: {id}\r\nX-Shopify-Hmac-Sha256: {}\r\n",
        signature(SECRET, body)
    )
}

/// Writes, and reads until the other side closes: each answer's status, and its head and body.
pub(crate) fn exchange(mut socket: TcpStream, request: &[u8]) -> Vec<(u16, String)> {
    // The server may refuse and close before it has read everything.
    let _ = socket.write_all(request);
    answers(&mut socket)
}

pub(crate) fn answers(socket: &mut TcpStream) -> Vec<(u16, String)> {
    let mut all = Vec::new();
    let _ = socket.read_to_end(&mut all);
    let text = String::from_utf8_lossy(&all).into_owned();
    let each = text.split("HTTP/1.").skip(1).map(|answer| {
        let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok());
        (status.expect("a status"), answer.to_owned())
    });
    each.collect()
}

/// Whether the other side has closed, or does within the socket's patience.
pub(crate) fn is_closed(socket: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    match socket.read_to_end(&mut rest) {
        Ok(_) => true,
        Err(error) => error.kind() != std::io::ErrorKind::WouldBlock,
    }
}
