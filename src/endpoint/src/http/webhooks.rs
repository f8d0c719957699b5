//! `POST /v1/webhooks/shopify`: Shopify's word, signed. What is signed and stored, or of no use
//! here, is answered 200; Shopify sends everything else again, and after some failures in a row no
//! more at all (docs/facts/shopify.md#webhook-delivery).

use std::sync::Arc;
use std::time::Duration;

use assent_gate::limits::ORDER_ID;
use assent_gate::settings::ShopDomain;
use assent_gate::shopify;
use assent_gate::shopify::compliance::{Ask, Demand};
use assent_gate::time::Timestamp;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

use super::app::App;
use super::body::{self, Unread};
use super::problem::{self, ProblemText};
use super::refusals::Failed;
use crate::compliance;
use crate::config::Shop;
use crate::delivery::bell::Ring;
use crate::lenient::Body;
use crate::rules::order::Topic;
use crate::rules::refused::Refused;
use crate::store::{Notice, Outcome, StoreError, UnreadNotice};

/// An order of 500 lines has about 1.5 MB. One that is refused for its size is lost, and with the
/// eighth in a row the subscription.
const LARGEST: usize = 8 * 1024 * 1024;
/// Shopify waits 5 seconds for the answer.
const PATIENCE: Duration = Duration::from_secs(4);
/// Bytes of SHA-256.
const SIGNATURE: usize = 32;
/// Shopify's ids are UUIDs; a longer text is not taken for one.
const LONGEST_ID: usize = 64;

/// The contract's address.
pub(crate) const PATH: &str = "/v1/webhooks/shopify";
/// The topics that are of use here.
pub(crate) const ORDERS: [Topic; 4] =
    [Topic::Created, Topic::Paid, Topic::Cancelled, Topic::Refunded];

pub(super) fn door() -> MethodRouter<App> {
    post(receive).fallback(wrong_method)
}

/// Counted as what it is too: nothing that Shopify signed.
async fn wrong_method(State(app): State<App>) -> WebhookRefusal {
    app.monitor.series.refused(Refused::Unsigned);
    WebhookRefusal::WrongMethod
}

async fn receive(State(app): State<App>, request: Request) -> Result<Response, WebhookRefusal> {
    // Before the body is read: a stranger costs little.
    let shop = shop(&app, request.headers()).inspect_err(|_| {
        app.monitor.series.refused(Refused::Unsigned);
    })?;
    let shop = shop.clone();
    let taken = tokio::time::timeout(PATIENCE, take(&app, &shop, request)).await;
    taken.unwrap_or(Err(WebhookRefusal::Busy)).inspect_err(|no| {
        if *no == WebhookRefusal::Busy {
            app.refusals.note(&shop.settings.shop, Refused::BusyWebhook, app.clock.now());
        }
    })
}

async fn take(app: &App, shop: &Arc<Shop>, request: Request) -> Result<Response, WebhookRefusal> {
    let headers = request.headers().clone();
    let domain = &shop.settings.shop;
    let refuse = |refused: Refused, no: WebhookRefusal| {
        app.refusals.note(domain, refused, app.clock.now());
        no
    };
    if shop.webhook_secrets.is_empty() {
        return Err(refuse(Refused::NoSecret, WebhookRefusal::Unsigned));
    }
    let claimed = signature(&headers).map_err(|no| refuse(Refused::Unsigned, no))?;
    let mut place = app.crowd.webhooks.enter(domain.clone());
    // A content encoding is nothing to us: what is signed are the bytes as they come.
    let body = body::whole(request, LARGEST, &mut place).await.map_err(|unread| match unread {
        Unread::TooLarge => refuse(Refused::LargeWebhook, WebhookRefusal::TooLarge),
        Unread::Incomplete => WebhookRefusal::Busy,
        Unread::NoRoom => {
            app.crowd.webhooks.tell(app.clock.now());
            WebhookRefusal::Busy
        }
    })?;
    verify(shop, &claimed, &body).map_err(|no| refuse(Refused::WrongSignature, no))?;
    place.keep();
    let _turn = app.crowd.webhook_turn(domain).await;
    let mail = Mail {
        app,
        shop: shop.clone(),
        webhook: one(&headers, "webhook-id").filter(|id| id.len() <= LONGEST_ID),
        order: one(&headers, "order-id").filter(|id| is_order_id(id)),
        body,
    };
    let outcome = mail.deliver(one(&headers, "topic").as_deref()).await.map_err(|error| {
        app.refusals.failed(Failed::Webhook, &error, app.clock.now());
        WebhookRefusal::Busy
    })?;
    Ok(Json(json!({ "outcome": outcome })).into_response())
}

/// The one value of `X-Shopify-<name>`, or of `Shopify-<name>`, as newer deliveries call it:
/// `X-Shopify-Hmac-Sha256` is the signature. If a header stands there twice, in either spelling, it
/// counts as missing.
fn one(headers: &HeaderMap, name: &str) -> Option<String> {
    let names = [format!("x-shopify-{name}"), format!("shopify-{name}")];
    let mut values = names.iter().flat_map(|name| headers.get_all(name));
    let first = values.next()?.to_str().ok()?.to_owned();
    values.next().is_none().then_some(first)
}

fn shop<'a>(app: &'a App, headers: &HeaderMap) -> Result<&'a Arc<Shop>, WebhookRefusal> {
    let domain = one(headers, "shop-domain").and_then(|domain| domain.parse().ok());
    domain.and_then(|domain| app.config.shop(&domain)).ok_or(WebhookRefusal::Unsigned)
}

fn signature(headers: &HeaderMap) -> Result<Vec<u8>, WebhookRefusal> {
    let text = one(headers, "hmac-sha256").ok_or(WebhookRefusal::Unsigned)?;
    STANDARD
        .decode(text.trim())
        .ok()
        .filter(|claimed| claimed.len() == SIGNATURE)
        .ok_or(WebhookRefusal::Unsigned)
}

/// base64(HMAC-SHA256(secret, raw body)), by any of the shop's secrets: Shopify goes on signing
/// with an old one for up to an hour. Each comparison takes the same time whatever is wrong, and
/// all of them are made.
fn verify(shop: &Shop, claimed: &[u8], body: &[u8]) -> Result<(), WebhookRefusal> {
    let mut signed = false;
    for secret in &shop.webhook_secrets {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes())
            .expect("HMAC takes keys of any length");
        mac.update(body);
        signed |= mac.verify_slice(claimed).is_ok();
    }
    if signed && !body.is_empty() { Ok(()) } else { Err(WebhookRefusal::Unsigned) }
}

/// A webhook whose signature is Shopify's.
struct Mail<'a> {
    app: &'a App,
    shop: Arc<Shop>,
    webhook: Option<String>,
    /// The order's number as a header names it, unsigned: good for a line in its story.
    order: Option<String>,
    body: Bytes,
}

/// What an order's webhook says; of a refund, and where nothing else can be read, the order's number.
enum Read {
    Order(Box<Notice>),
    Refund(String),
    Nothing(Option<String>),
}

impl Mail<'_> {
    async fn deliver(self, topic: Option<&str>) -> Result<&'static str, StoreError> {
        let domain = self.shop.settings.shop.clone();
        let topic = topic.unwrap_or_default();
        if let Some(topic) = ORDERS.into_iter().find(|known| known.name() == topic) {
            return self.order(topic).await;
        }
        if let Ok(topic) = topic.parse::<shopify::compliance::ComplianceTopic>() {
            return match compliance::read(topic, &self.body) {
                Some(demand) => self.demand(demand).await,
                None => Ok(unreadable(self.app, &domain, topic.name())),
            };
        }
        tracing::warn!(
            shop = domain.as_str(),
            "a webhook of a topic that is of no use here: see `assent webhooks`"
        );
        Ok("ignored")
    }

    /// What the law lets a customer ask for. On record when this is answered; the clerk carries it
    /// out.
    async fn demand(self, demand: Demand) -> Result<&'static str, StoreError> {
        let Self { app, shop, webhook, .. } = self;
        let shop = &shop.settings.shop;
        // The header names a shop unsigned, the body signed, and one secret may sign for many
        // shops. A demand counts only where both name the same one; a customer's also where the
        // body names none and the secret signs for none but this one.
        let is_of_this_shop = match demand.shop.as_deref() {
            Some(named) => named.parse().is_ok_and(|named: ShopDomain| named == *shop),
            None => demand.ask != Ask::EraseShop && app.config.shares_no_secret(shop),
        };
        if !is_of_this_shop {
            tracing::error!(
                shop = shop.as_str(),
                "a demand names another shop than its delivery; nothing is done"
            );
            return Ok("ignored");
        }
        let Some(id) = app.store.demand(shop, webhook, demand, app.clock.now()).await? else {
            return Ok("duplicate");
        };
        tracing::info!(shop = shop.as_str(), demand = id, "a demand is on record");
        app.clerk_bell.notify_one();
        Ok("on_record")
    }

    async fn order(self, topic: Topic) -> Result<&'static str, StoreError> {
        let (app, domain) = (self.app, self.shop.settings.shop.clone());
        let now = app.clock.now();
        let outcome = match self.read(topic, now) {
            Read::Nothing(number) => return self.unread(topic, number).await,
            Read::Refund(order) => app.store.refund(&domain, self.webhook, order, now).await?,
            Read::Order(notice) => {
                let outcome = app.store.order(*notice).await?;
                if matches!(outcome, Outcome::Confirmed | Outcome::Recovered)
                    && let Some(bell) = app.bells.get(&domain)
                {
                    bell.ring(Ring::Due);
                }
                outcome
            }
        };
        let (shop, topic, outcome) = (domain.as_str(), topic.name(), word(outcome));
        tracing::info!(shop, topic, outcome, "a webhook");
        app.monitor.firsts.order(&domain, topic);
        Ok(outcome)
    }

    /// What is to be stored of the body. Its tree, many times as large, has gone when this returns:
    /// who waits for the store must not hold it.
    fn read(&self, topic: Topic, now: Timestamp) -> Read {
        let body = Body::read(&self.body);
        if topic == Topic::Refunded {
            let refunded = shopify::refunded(&body.tree()).filter(|_| body.is_whole);
            let nothing = || Read::Nothing(number(topic, &body));
            return refunded.map_or_else(nothing, |order| Read::Refund(order.into()));
        }
        let shop = self.shop.clone();
        let read = body.order(shop.purchase.money, now);
        let Some(order) = read.filter(|_| body.is_whole) else {
            return Read::Nothing(number(topic, &body));
        };
        let (facts, contacts) = (order.facts(&shop.settings), order.contacts(&shop.settings));
        let lost = body.lost();
        let lost = (!lost.is_empty()).then(|| lost.to_string());
        if let Some(fields) = &lost {
            let (shop, topic) = (shop.settings.shop.as_str(), topic.name());
            tracing::warn!(shop, topic, fields, "an order has fields that cannot be read");
        }
        let webhook = self.webhook.clone();
        Read::Order(Box::new(Notice {
            shop,
            webhook,
            topic,
            facts,
            contacts,
            lost,
            received_at: now,
        }))
    }

    /// An order, or its refund, that cannot be read. Where its number can be found its story tells
    /// of it.
    async fn unread(
        self,
        topic: Topic,
        number: Option<String>,
    ) -> Result<&'static str, StoreError> {
        let Self { app, shop, webhook, order, .. } = self;
        let domain = &shop.settings.shop;
        // Of a body that breaks off the number may be cut too.
        if let Some(order) = order.or(number) {
            let received_at = app.clock.now();
            let shop = domain.clone();
            app.store
                .unread_order(UnreadNotice { shop, webhook, order, topic, received_at })
                .await?;
        }
        Ok(unreadable(app, domain, topic.name()))
    }
}

fn number(topic: Topic, body: &Body) -> Option<String> {
    let number = match topic {
        Topic::Refunded => shopify::refunded(&body.tree()),
        Topic::Created | Topic::Paid | Topic::Cancelled => shopify::order_id(&body.tree()),
    };
    number.map(String::from)
}

fn is_order_id(text: &str) -> bool {
    (1..=ORDER_ID).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

/// It would be no more readable the next time, and failures in a row end the subscription.
fn unreadable(app: &App, shop: &ShopDomain, topic: &str) -> &'static str {
    app.refusals.note(shop, Refused::UnreadableWebhook, app.clock.now());
    tracing::error!(
        shop = shop.as_str(),
        topic,
        "a signed webhook cannot be read; nothing of it is kept. Please report this as a bug of \
         Assent"
    );
    "unreadable"
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Duplicate => "duplicate",
        Outcome::Confirmed => "confirmed",
        Outcome::Recovered => "recovered",
        Outcome::Noted => "noted",
        Outcome::Waits => "waits",
        Outcome::Ended(end) => end.name(),
    }
}

/// Every no of this door.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WebhookRefusal {
    Unsigned,
    WrongMethod,
    TooLarge,
    Busy,
}

/// Status, reason, title, detail.
fn row(no: WebhookRefusal) -> (StatusCode, &'static str, &'static str, &'static str) {
    match no {
        WebhookRefusal::Unsigned => (
            StatusCode::UNAUTHORIZED,
            "unsigned",
            "Not signed",
            "One shop, and one signature of its body by a secret of webhook_secret_envs, are \
             expected.",
        ),
        WebhookRefusal::WrongMethod => {
            (StatusCode::METHOD_NOT_ALLOWED, "wrong_method", "Wrong method", "POST is expected.")
        }
        WebhookRefusal::TooLarge => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "Too large",
            "A webhook has at most 8 MiB.",
        ),
        WebhookRefusal::Busy => (
            StatusCode::SERVICE_UNAVAILABLE,
            "busy",
            "Busy",
            "It could not be stored in time; nothing is lost if it is sent again.",
        ),
    }
}

impl IntoResponse for WebhookRefusal {
    fn into_response(self) -> Response {
        let (status, reason, title, detail) = row(self);
        let mut response = problem::response(&ProblemText {
            of: "webhook",
            status,
            reason,
            title,
            detail,
            refused: &[],
        });
        if self == Self::Busy {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4231, test case 2, in base64.
    #[test]
    fn the_signature_is_hmac_sha256_in_base64() {
        let claimed =
            STANDARD.decode("W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=").expect("base64");
        let mut mac = Hmac::<Sha256>::new_from_slice(b"Jefe").expect("a key");
        mac.update(b"what do ya want for nothing?");
        assert!(mac.verify_slice(&claimed).is_ok());
    }
}
