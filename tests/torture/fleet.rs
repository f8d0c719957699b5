//! One endpoint for many shops: the real binary, a strict stand-in for TikTok, and what a browser
//! and Shopify do to each of them.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use assent_gate::ids;
use assent_gate::settings::ShopDomain;
use assent_lab::tiktok::{Options, Standin};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::beacon::{hash, now};
use crate::support::http::{Answer, request};
use crate::support::orders::{order, signature};
use crate::support::until;

pub(crate) struct Fleet {
    pub(crate) dir: TempDir,
    pub(crate) tiktok: Standin,
    pub(crate) shops: usize,
}

pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    log: Arc<Mutex<String>>,
}

pub(crate) fn domain(shop: usize) -> String {
    format!("shop-{shop}.myshopify.com")
}

pub(crate) fn pixel(shop: usize) -> String {
    format!("C4EXAMPLE{shop:011}")
}

pub(crate) fn token(shop: usize) -> String {
    format!("tok-pl4nt3d-{shop}-{}", &hash(&format!("token {shop}"))[..12])
}

pub(crate) fn secret(shop: usize) -> String {
    format!("shpss-pl4nt3d-{shop}-{}", &hash(&format!("secret {shop}"))[..12])
}

pub(crate) fn visitor(shop: usize, n: usize) -> String {
    hash(&format!("visitor {n} of shop {shop}"))
}

fn shop(shop: usize) -> ShopDomain {
    domain(shop).parse().expect("a shop")
}

impl Fleet {
    pub(crate) fn new(shops: usize) -> Self {
        let options =
            (0..shops).fold(Options::default(), |all, shop| all.and(&pixel(shop), &token(shop)));
        let tiktok = Standin::start_blocking(&options).expect("a stand-in");
        let dir = TempDir::new().expect("a directory");
        let mut text = format!(
            "listen = \"127.0.0.1:0\"\npublic_url = \"https://events.example.com\"\n\
             store = \"sqlite:assent.db\"\n[tiktok]\napi_base = \"{}\"\n",
            tiktok.base_url()
        );
        for shop in 0..shops {
            text += &format!(
                "[[shops]]\ndomain = \"{}\"\nstorefronts = [\"shop.acme.example\"]\n\
                 pixel_code = \"{}\"\naccess_token_env = \"TOKEN_{shop}\"\n\
                 webhook_secret_envs = [\"SECRET_{shop}\"]\nconsent.cmp = \"shopify\"\n",
                domain(shop),
                pixel(shop)
            );
        }
        std::fs::write(dir.path().join("assent.toml"), text).expect("a file");
        Self { dir, tiktok, shops }
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_assent"));
        command.args(arguments).arg("--config").arg(self.dir.path().join("assent.toml"));
        for shop in 0..self.shops {
            command.env(format!("TOKEN_{shop}"), token(shop));
            command.env(format!("SECRET_{shop}"), secret(shop));
        }
        command
    }

    pub(crate) fn serve(&self) -> Server {
        let mut command = self.command(&["serve"]);
        command.env("ASSENT_LOG", "trace").stderr(Stdio::piped()).stdout(Stdio::null());
        let mut child = command.spawn().expect("the binary runs");
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let kept = log.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let mut log = kept.lock().unwrap_or_else(PoisonError::into_inner);
                *log += &line;
                log.push('\n');
            }
        });
        let address = until("the server listens", || {
            let log = log.lock().unwrap_or_else(PoisonError::into_inner);
            let (_, rest) = log.split_once("listening address=")?;
            Some(rest.split_whitespace().next()?.to_owned())
        });
        Server { child, address, log }
    }

    /// What the store itself says: shop, event, and how it stands.
    pub(crate) fn stories(&self) -> Vec<(String, String, String)> {
        let store = rusqlite::Connection::open(self.store()).expect("a store");
        let mut find =
            store.prepare("SELECT shop, lower(hex(event_id)), state FROM event").expect("a query");
        let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
        find.query_map([], read).expect("rows").map(|row| row.expect("a row")).collect()
    }

    pub(crate) fn store(&self) -> std::path::PathBuf {
        self.dir.path().join("assent.db")
    }
}

impl Server {
    pub(crate) fn beacon(&self, body: &Value) -> Answer {
        self.post("/v1/events", &[("Content-Type", "text/plain")], body.to_string().as_bytes())
    }

    pub(crate) fn webhook(&self, shop: usize, topic: &str, body: &Value, secret: &str) -> Answer {
        let body = body.to_string();
        let domain = domain(shop);
        let signed = signature(secret, body.as_bytes());
        let headers = [
            ("Content-Type", "application/json"),
            ("X-Shopify-Topic", topic),
            ("X-Shopify-Shop-Domain", &domain),
            ("X-Shopify-Hmac-Sha256", &signed),
        ];
        self.post("/v1/webhooks/shopify", &headers, body.as_bytes())
    }

    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        request(&self.address, "POST", path, headers, body).expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        request(&self.address, "GET", path, &[], b"").expect("an answer")
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// SIGTERM, and what was logged.
    pub(crate) fn stop(mut self) -> String {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().expect("kill is there");
        assert!(told.success());
        until("the server stops", || self.child.try_wait().expect("a child"));
        self.log()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Visitor `n` of a shop puts something into the cart.
pub(crate) fn add_to_cart(of: usize, n: usize) -> Value {
    let shopify = format!("sh-{of}-{n}");
    let id = ids::event_id(&shop(of), "AddToCart", &shopify);
    let mut event = event(of, n, "AddToCart", id.as_str());
    event["shopify_event_id"] = shopify.into();
    beacon(of, None, &event)
}

/// … and buys, with checkout `n`.
pub(crate) fn purchase(of: usize, n: usize) -> Value {
    let checkout = ids::checkout_anchor(&shop(of), &checkout_token(of, n));
    let id = ids::event_id(&shop(of), "Purchase", checkout.as_str());
    let mut event = event(of, n, "Purchase", id.as_str());
    event["checkout"] = checkout.as_str().into();
    event["user"]["email"] = hash(&email(of, n)).into();
    beacon(of, Some(checkout.as_str()), &event)
}

pub(crate) fn checkout_token(of: usize, n: usize) -> String {
    format!("pl4nt3dcheckout{of}x{n}")
}

pub(crate) fn email(of: usize, n: usize) -> String {
    format!("pl4nt3d.{n}@shop-{of}.example")
}

pub(crate) fn order_of(of: usize, n: usize) -> Value {
    let id = u64::try_from(of * 1000 + n).expect("few");
    let mut order = order(7_000_000 + id, &checkout_token(of, n));
    order["email"] = email(of, n).into();
    order["billing_address"]["first_name"] = "Pl4nt3d".into();
    order["billing_address"]["last_name"] = "Pl4nt3dson".into();
    order["client_details"]["user_agent"] = "pl4nt3d agent".into();
    order
}

pub(crate) fn event_id_of(beacon: &Value) -> String {
    beacon["events"][0]["event_id"].as_str().expect("an id").to_owned()
}

fn event(of: usize, n: usize, name: &str, id: &str) -> Value {
    json!({
        "name": name, "event_id": id, "event_time": now(), "shopify_event_id": null,
        "checkout": null, "browser": "skipped", "page": {"url": "https://shop.acme.example/cart"},
        "user": {
            "external_id": visitor(of, n),
            "user_agent": format!("Mozilla/5.0 (shop {of}, visitor {n})"),
        },
        "properties": {"currency": "EUR", "value": 70.10, "content_type": "product",
                       "contents": [{"content_id": "43729076", "quantity": 1}]},
    })
}

fn beacon(of: usize, checkout: Option<&str>, event: &Value) -> Value {
    json!({
        "v": 1, "shop": domain(of), "sent_at": now(),
        "client": {"version": "1.0.0", "kind": "custom", "settings": null},
        "consent": {
            "decision": "granted", "rule": "shopify_only", "basis": "permission",
            "evaluated_at": now(), "gpc": false,
            "shopify": {"marketing": true, "sale_of_data": true, "analytics": true, "preferences": true},
            "records": [],
        },
        "checkout": checkout, "cart": null, "events": [event],
    })
}
