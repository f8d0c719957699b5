//! What the shop tells the app of an order, as the app sees it: Shopify's headers, signature, order
//! and persistence.

mod client;
mod lab;

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use assent_lab::shop::webhooks::{Sender, Times, signature};
use assent_lab::{certificate, listener};
use axum::Router;
use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;
use client::{Reply, until};
use lab::Lab;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

const SECRET: &str = "shpss_lab";
const NOW: Times = Times { delay: Duration::ZERO, pause: Duration::ZERO };
const JSON: [(&str, &str); 1] = [("Content-Type", "application/json")];
const SHOP: &str = "shop.localhost:1";
const TOKEN: &str = "3f9a1c0b7d2e4f60a1b2c3d4e5f60718";

struct Call {
    headers: HeaderMap,
    body: Bytes,
}

impl Call {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_else(|| panic!("no {name}"))
    }

    fn topic(&self) -> &str {
        self.header("X-Shopify-Topic")
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }
}

/// The app at the other end: keeps every call, and answers with `answers` in turn, then with 200.
struct App {
    url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    _stop: watch::Sender<()>,
}

impl App {
    async fn start(answers: Vec<u16>) -> Self {
        Self::serve(answers, "http", None).await
    }

    async fn serve(mut answers: Vec<u16>, scheme: &str, tls: Option<TlsAcceptor>) -> Self {
        answers.reverse();
        let (calls, answers) = (Arc::<Mutex<Vec<Call>>>::default(), Arc::new(Mutex::new(answers)));
        let kept = Arc::clone(&calls);
        let answer = move |headers: HeaderMap, body: Bytes| async move {
            kept.lock().expect("no panic").push(Call { headers, body });
            let status = answers.lock().expect("no panic").pop().unwrap_or(200);
            StatusCode::from_u16(status).expect("a status").into_response()
        };
        let (stop, stopped) = watch::channel(());
        let listener = listener::loopback(0).await.expect("a free port");
        let url =
            format!("{scheme}://{}/v1/webhooks/shopify", listener.local_addr().expect("bound"));
        tokio::spawn(listener::serve(listener, tls, Router::new().fallback(answer), stopped));
        Self { url, calls, _stop: stop }
    }

    /// A shop that tells this app; it does not wait between tries.
    async fn shop(&self) -> Lab {
        let sender = Sender::new(&self.url, SECRET, None, NOW).expect("a loopback address");
        Lab::start(|options| options.webhooks = Some(sender)).await
    }

    fn calls(&self) -> std::sync::MutexGuard<'_, Vec<Call>> {
        self.calls.lock().expect("no panic")
    }

    fn topics(&self) -> Vec<String> {
        self.calls().iter().map(|call| call.topic().to_owned()).collect()
    }
}

/// One moka pot and two mugs, as the checkout posts them.
fn placed() -> Value {
    json!({
        "order_id": 6_807_581_753_559_u64, "token": TOKEN, "cart_token": "c0ffee",
        "form": { "email": " Greta.MUSTER@Example.COM ", "phone": "030 901820", "firstName": "Greta", "lastName": "Muster",
            "address1": "Ahornweg 31", "zip": "12043", "city": "Berlin", "country": "DE" },
        "lines": [
            { "product_id": 8_123_400_000_011_u64, "variant_id": 45_123_400_000_011_u64, "sku": "KK-MOKA-3",
                "title": "Moka pot", "quantity": 1, "price": 34.9 },
            { "product_id": 8_123_400_000_022_u64, "variant_id": 45_123_400_000_022_u64, "sku": "KK-MUG-SAND",
                "title": "Stoneware mug", "quantity": 2, "price": 15.25 },
        ],
        "shipping": 4.9, "currency": "EUR", "landing_site": "/?ttclid=E.C.P.x", "referring_site": null,
    })
}

fn post(lab: &Lab, path: &str, body: &Value) -> Reply {
    lab.ask("POST", path, SHOP, &JSON, &body.to_string())
}

fn place(lab: &Lab) {
    let headers = [JSON[0], ("User-Agent", "a browser"), ("Accept-Language", "de-DE")];
    assert_eq!(lab.ask("POST", "/lab/orders", SHOP, &headers, &placed().to_string()).status, 201);
}

/// Every delivery, once none is under way.
fn deliveries(lab: &Lab, count: usize) -> Vec<Value> {
    let read =
        || lab.get("/lab/shop/webhooks").json()["deliveries"].as_array().expect("a list").clone();
    let over = |all: &[Value]| all.len() == count && all.iter().all(|one| one["over"] == true);
    tokio::task::block_in_place(|| until(|| over(&read())));
    read()
}

#[test]
fn the_signature_is_hmac_sha256_in_base64() {
    // RFC 4231, test case 2; the base64 and the second by `openssl dgst -sha256 -hmac … -binary |
    // base64`.
    assert_eq!(
        signature(b"Jefe", b"what do ya want for nothing?"),
        "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
    );
    assert_eq!(
        signature(SECRET.as_bytes(), br#"{"id":1}"#),
        "iah+3Lh8B565SOpnYjvlRQ3VwG6TtnSXv0FO6JEiYnY="
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_told_as_created_and_as_paid_in_the_shops_name() {
    let app = App::start(Vec::new()).await;
    let lab = app.shop().await;
    assert_eq!(
        lab.ask("PUT", "/lab/shop/settings", SHOP, &JSON, r#"{"cmp":"onetrust"}"#).status,
        200
    );
    place(&lab);
    deliveries(&lab, 2);
    let calls = app.calls();
    let [created, paid] = &calls[..] else { panic!("{} calls", calls.len()) };
    assert_eq!([created.topic(), paid.topic()], ["orders/create", "orders/paid"]);
    for call in [created, paid] {
        assert_eq!(call.header("X-Shopify-Hmac-Sha256"), signature(SECRET.as_bytes(), &call.body));
        assert_eq!(call.header("X-Shopify-Shop-Domain"), "assent-lab-onetrust.myshopify.com");
        assert_eq!(call.header("X-Shopify-API-Version"), "2026-10");
        assert!(call.header("X-Shopify-Triggered-At").ends_with('Z'));
    }
    assert_ne!(created.header("X-Shopify-Webhook-Id"), paid.header("X-Shopify-Webhook-Id"));
    assert_eq!(created.header("X-Shopify-Event-Id"), paid.header("X-Shopify-Event-Id"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_has_the_shape_and_the_figures_of_shopifys() {
    let app = App::start(Vec::new()).await;
    let lab = app.shop().await;
    place(&lab);
    deliveries(&lab, 2);
    let order = app.calls()[0].json();
    let money = |amount: &str| {
        let money = json!({ "amount": amount, "currency_code": "EUR" });
        json!({ "shop_money": money, "presentment_money": money })
    };
    // 34.90 + 2 × 15.25 + 4.90; 19 % of it is 70.30 − 70.30 ÷ 1.19.
    for (field, expected) in [
        ("id", json!(6_807_581_753_559_u64)),
        ("admin_graphql_api_id", json!("gid://shopify/Order/6807581753559")),
        ("checkout_token", json!(TOKEN)),
        ("cart_token", json!("c0ffee")),
        ("email", json!("Greta.MUSTER@Example.COM")),
        ("total_price", json!("70.30")),
        ("total_price_set", money("70.30")),
        ("current_total_price", json!("70.30")),
        ("subtotal_price", json!("65.40")),
        ("total_tax", json!("11.22")),
        ("total_shipping_price_set", money("4.90")),
        ("landing_site", json!("/?ttclid=E.C.P.x")),
        ("source_name", json!("web")),
        ("test", json!(false)),
        ("cancelled_at", Value::Null),
        (
            "client_details",
            json!({ "browser_ip": "127.0.0.1", "user_agent": "a browser", "accept_language": "de-DE" }),
        ),
    ] {
        assert_eq!(order[field], expected, "{field}");
    }
    let address = &order["shipping_address"];
    assert_eq!(
        [&address["first_name"], &address["country"], &address["country_code"]],
        ["Greta", "Germany", "DE"]
    );
    let mugs = &order["line_items"][1];
    assert_eq!(mugs["variant_id"], 45_123_400_000_022_u64);
    assert_eq!(
        (&mugs["quantity"], &mugs["price"], &mugs["price_set"]),
        (&json!(2), &json!("15.25"), &money("15.25"))
    );
    let created_at = order["created_at"].as_str().expect("a text");
    assert!(
        created_at.len() == "2026-11-27T06:08:53+01:00".len() && created_at.ends_with("+01:00"),
        "{created_at}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_taken_is_sent_again_the_same() {
    let app = App::start(vec![500, 302, 429]).await;
    let lab = app.shop().await;
    place(&lab);
    let delivered = deliveries(&lab, 2);
    assert_eq!(
        app.topics(),
        ["orders/create", "orders/create", "orders/create", "orders/create", "orders/paid"]
    );
    let statuses: Vec<_> = delivered[0]["attempts"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["status"])
        .collect();
    assert_eq!(statuses, [500, 302, 429, 200]);
    assert_eq!(delivered[0]["status"], 200);
    let calls = app.calls();
    assert!(calls[1..4].iter().all(|call| {
        call.body == calls[0].body
            && call.header("X-Shopify-Webhook-Id") == calls[0].header("X-Shopify-Webhook-Id")
    }));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_answers_it_is_given_up_after_shopifys_eight_retries() {
    let lab = {
        let listener = listener::loopback(0).await.expect("a free port");
        let url = format!("http://{}/", listener.local_addr().expect("bound"));
        let sender = Sender::new(&url, SECRET, None, NOW).expect("a loopback address");
        Lab::start(|options| options.webhooks = Some(sender)).await
    };
    place(&lab);
    let delivered = deliveries(&lab, 2);
    assert_eq!(delivered[0]["attempts"].as_array().map(Vec::len), Some(9));
    assert_eq!(delivered[0]["status"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkout_is_paid_once_and_a_shop_that_is_set_to_it_tells_nothing() {
    let app = App::start(Vec::new()).await;
    let lab = app.shop().await;
    assert_eq!(
        lab.ask("PUT", "/lab/shop/settings", SHOP, &JSON, r#"{"webhooks":"off"}"#).status,
        200
    );
    place(&lab);
    assert_eq!(post(&lab, "/lab/shop/orders", &placed()).status, 409);
    assert_eq!(lab.get("/lab/shop/orders").json()["orders"].as_array().map(Vec::len), Some(1));
    // By hand it can still be told; that came first.
    assert_eq!(
        post(&lab, "/lab/shop/webhooks", &json!({ "topic": "orders/paid" })).json()["status"],
        200
    );
    assert_eq!(app.topics(), ["orders/paid"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn by_hand_a_delivery_is_what_the_test_wants_it_to_be() {
    let app = App::start(Vec::new()).await;
    let lab = app.shop().await;
    place(&lab);
    let first = deliveries(&lab, 2)[0].clone();
    let again = post(
        &lab,
        "/lab/shop/webhooks",
        &json!({ "topic": "orders/create", "order_id": "6807581753559", "webhook_id": first["webhook_id"],
            "event_id": first["event_id"], "fields": { "test": true }, "shop": "other.myshopify.com", "secret": "a stranger's" }),
    );
    assert_eq!(again.json()["status"], 200);
    let calls = app.calls();
    assert_eq!(calls[2].header("X-Shopify-Webhook-Id"), calls[0].header("X-Shopify-Webhook-Id"));
    assert_eq!(calls[2].header("X-Shopify-Shop-Domain"), "other.myshopify.com");
    assert_eq!(
        calls[2].header("X-Shopify-Hmac-Sha256"),
        signature(b"a stranger's", &calls[2].body)
    );
    assert_eq!(
        (calls[2].json()["test"].clone(), calls[0].json()["test"].clone()),
        (json!(true), json!(false))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn cancellation_refund_and_the_compliance_topics_have_bodies_of_their_own() {
    let app = App::start(Vec::new()).await;
    let lab = app.shop().await;
    assert_eq!(post(&lab, "/lab/shop/webhooks", &json!({ "topic": "orders/paid" })).status, 404);
    place(&lab);
    deliveries(&lab, 2);
    let told = |topic: &str| {
        post(&lab, "/lab/shop/webhooks", &json!({ "topic": topic })).json()["body"].clone()
    };
    let cancelled = told("orders/cancelled");
    assert_eq!(
        (&cancelled["cancel_reason"], cancelled["cancelled_at"].is_string()),
        (&json!("customer"), true)
    );
    assert_eq!(told("orders/updated")["cancelled_at"], cancelled["cancelled_at"]);
    let refund = told("refunds/create");
    assert_eq!(
        (&refund["order_id"], &refund["transactions"][0]["amount"]),
        (&json!(6_807_581_753_559_u64), &json!("70.30"))
    );
    assert_eq!(refund["refund_line_items"].as_array().map(Vec::len), Some(2));

    let shop = json!({ "shop_id": 65_012_345_678_u64, "shop_domain": "assent-lab.myshopify.com" });
    assert_eq!(told("shop/redact"), shop);
    let redact = told("customers/redact");
    assert_eq!(
        (&redact["shop_domain"], &redact["orders_to_redact"]),
        (&shop["shop_domain"], &json!([6_807_581_753_559_u64]))
    );
    assert_eq!(redact["customer"]["email"], "Greta.MUSTER@Example.COM");
    assert_eq!(told("customers/data_request")["orders_requested"], json!([6_807_581_753_559_u64]));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_address_nothing_is_sent_and_no_address_is_but_loopbacks() {
    let lab = Lab::start(|_| {}).await;
    place(&lab);
    assert_eq!(post(&lab, "/lab/shop/webhooks", &json!({ "topic": "orders/create" })).status, 409);
    assert_eq!(lab.get("/lab/shop/webhooks").json(), json!({ "deliveries": [] }));
    for url in ["https://events.example.com/", "http://10.0.0.1/", "no address"] {
        assert!(Sender::new(url, SECRET, None, NOW).is_err(), "{url}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_only_the_labs_own_certificate_is_believed() {
    let made = |name: &str| {
        let folder: PathBuf = [env!("CARGO_TARGET_TMPDIR"), name].iter().collect();
        certificate::make(&folder).expect("a writable directory")
    };
    let (own, other) = (made("webhooks-own"), made("webhooks-other"));
    let app = App::serve(Vec::new(), "https", Some(own.acceptor)).await;
    for (file, status) in [(&own.cert_file, json!(200)), (&other.cert_file, Value::Null)] {
        let sender = Sender::new(&app.url, SECRET, Some(file), NOW).expect("a loopback address");
        let lab = Lab::start(|options| options.webhooks = Some(sender)).await;
        let delivery = post(&lab, "/lab/shop/webhooks", &json!({ "topic": "shop/redact" })).json();
        assert_eq!(delivery["status"], status, "{delivery}");
    }
    assert_eq!(app.topics(), ["shop/redact"]);
}
