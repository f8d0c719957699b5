//! Shopify's deliveries to the app: signed, tried again, and logged
//! (docs/facts/shopify.md#webhook-delivery).

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use std::{fmt, io};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, Url, redirect::Policy};
use serde::Serialize;
use serde_json::Value;
use sha2::Sha256;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::messages::Topic;
use super::time;
use crate::clock::Clock;

/// The version of Shopify's API that the messages are in.
const API_VERSION: &str = "2026-10";
/// Shopify's: a second to connect, five for all of it.
const CONNECT: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(5);
/// As often as Shopify tries again; in four hours there, twice as late each time here.
const RETRIES: usize = 8;

/// Where webhooks go, and what they are signed with.
#[derive(Clone)]
pub struct Sender {
    client: Client,
    url: Url,
    secret: String,
    times: Times,
}

#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// From a payment to its first webhook.
    pub delay: Duration,
    /// From a failure to the first retry; each later one waits twice as long.
    pub pause: Duration,
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl Sender {
    /// `certificate`, a PEM file, is the only one that https accepts. Everything of the lab stays
    /// on loopback, so this must too.
    pub fn new(
        url: &str,
        secret: &str,
        certificate: Option<&Path>,
        times: Times,
    ) -> io::Result<Self> {
        let url: Url = url
            .parse()
            .map_err(|error| io::Error::other(format!("--webhook-url {url}: {error}")))?;
        if !["127.0.0.1", "[::1]", "localhost"].contains(&url.host_str().unwrap_or_default()) {
            return Err(io::Error::other(format!(
                "--webhook-url {url}: the lab sends to loopback only"
            )));
        }
        let client = Client::builder()
            .tls_backend_preconfigured(trust(certificate)?)
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .no_proxy()
            .build()
            .map_err(io::Error::other)?;
        Ok(Self { client, url, secret: secret.to_owned(), times })
    }

    pub(super) fn delay(&self) -> Duration {
        self.times.delay
    }

    async fn post(&self, message: &Message, body: Vec<u8>) -> Attempt {
        let secret = message.secret.as_ref().unwrap_or(&self.secret);
        let request = self
            .client
            .post(self.url.clone())
            .header("Content-Type", "application/json")
            .header("X-Shopify-Topic", message.topic.name())
            .header("X-Shopify-Shop-Domain", &message.shop)
            .header("X-Shopify-API-Version", API_VERSION)
            .header("X-Shopify-Webhook-Id", &message.webhook_id)
            .header("X-Shopify-Event-Id", &message.event_id)
            .header("X-Shopify-Triggered-At", &message.triggered_at)
            .header("X-Shopify-Hmac-Sha256", signature(secret.as_bytes(), &body));
        match request.body(body).send().await {
            Ok(answer) => Attempt { status: Some(answer.status().as_u16()), error: None },
            Err(error) => Attempt { status: None, error: Some(told(&error)) },
        }
    }
}

/// Base64 of HMAC-SHA256 over the raw body.
pub fn signature(secret: &[u8], body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(body);
    STANDARD.encode(mac.finalize().into_bytes())
}

fn trust(certificate: Option<&Path>) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = certificate {
        roots
            .add(CertificateDer::from_pem_file(file).map_err(io::Error::other)?)
            .map_err(io::Error::other)?;
    }
    // Named for the reason given in certificate.rs.
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// With its causes: "error sending request" alone says nothing.
fn told(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// One message to the app, with what makes it this one.
#[derive(Clone)]
pub(super) struct Message {
    pub(super) topic: Topic,
    pub(super) shop: String,
    pub(super) body: Value,
    /// One for each delivery; a retry keeps it.
    pub(super) webhook_id: String,
    /// One for each thing a merchant or a shopper did, whatever the topics that tell of it.
    pub(super) event_id: String,
    pub(super) triggered_at: String,
    /// Instead of the sender's: a stranger's.
    pub(super) secret: Option<String>,
}

impl Message {
    pub(super) fn new(topic: Topic, shop: &str, body: Value, event_id: &str) -> Self {
        let triggered_at = time::utc(Clock::default().now_ms());
        let (shop, event_id) = (shop.to_owned(), event_id.to_owned());
        Self { topic, shop, body, webhook_id: uuid(), event_id, triggered_at, secret: None }
    }
}

/// What the log shows of one delivery.
#[derive(Clone, Debug, Serialize)]
pub struct Delivery {
    /// Unique as long as the lab runs, in the order of sending.
    pub seq: usize,
    /// When it was first sent; milliseconds since 1970.
    pub at_ms: i64,
    pub topic: Topic,
    pub shop: String,
    pub webhook_id: String,
    pub event_id: String,
    pub body: Value,
    /// The last answer; `None`: there was none, or not yet.
    pub status: Option<u16>,
    pub attempts: Vec<Attempt>,
    /// It has arrived, or is given up.
    pub over: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct Attempt {
    pub status: Option<u16>,
    pub error: Option<String>,
}

impl Attempt {
    fn arrived(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Whether a delivery that failed is tried again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tries {
    Once,
    UntilArrived,
}

/// Deliveries so far.
#[derive(Debug, Default)]
pub(super) struct Log(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    next: usize,
    deliveries: Vec<Delivery>,
}

impl Log {
    pub(super) fn deliveries(&self) -> Vec<Delivery> {
        self.entries().deliveries.clone()
    }

    /// What is under way is still sent, and leaves no trace.
    pub(super) fn clear(&self) {
        self.entries().deliveries.clear();
    }

    /// Sends it until it arrives or is given up.
    pub(super) async fn deliver(
        &self,
        sender: &Sender,
        message: &Message,
        tries: Tries,
    ) -> Delivery {
        let mut delivery = self.begin(message);
        let body = message.body.to_string().into_bytes();
        let mut pause = sender.times.pause;
        while !delivery.over {
            if !delivery.attempts.is_empty() {
                tokio::time::sleep(pause).await;
                pause *= 2;
            }
            let attempt = sender.post(message, body.clone()).await;
            delivery.status = attempt.status;
            delivery.over =
                attempt.arrived() || tries == Tries::Once || delivery.attempts.len() == RETRIES;
            delivery.attempts.push(attempt);
            self.note(&delivery);
        }
        delivery
    }

    fn begin(&self, message: &Message) -> Delivery {
        let mut entries = self.entries();
        let delivery = Delivery {
            seq: entries.next,
            at_ms: Clock::default().now_ms(),
            topic: message.topic,
            shop: message.shop.clone(),
            webhook_id: message.webhook_id.clone(),
            event_id: message.event_id.clone(),
            body: message.body.clone(),
            status: None,
            attempts: Vec::new(),
            over: false,
        };
        entries.next += 1;
        entries.deliveries.push(delivery.clone());
        delivery
    }

    fn note(&self, delivery: &Delivery) {
        if let Some(entry) =
            self.entries().deliveries.iter_mut().find(|entry| entry.seq == delivery.seq)
        {
            entry.clone_from(delivery);
        }
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().expect("no holder of this lock panics")
    }
}

/// A random UUID (version 4).
pub(super) fn uuid() -> String {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has randomness");
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
