//! `GET /metrics`: what was counted is what happened, in Prometheus' own format, for whoever has the
//! token; and nobody outside can make a series.

use std::collections::BTreeSet;

use assent_lab::tiktok::{Answer, Fault};
use serde_json::json;

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, purchase};
use crate::support::exposition::Exposition;
use crate::support::front::{connect, exchange};
use crate::support::http::request;
use crate::support::orders::order;
use crate::support::server::{ADMIN_TOKEN, SHOP, Server, World};
use crate::support::until;

const WEBHOOKS: &str = "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]";

pub(crate) fn scrape(server: &Server) -> (Exposition, String) {
    let bearer = format!("Bearer {ADMIN_TOKEN}");
    let headers = [("Authorization", bearer.as_str())];
    let answer = request(&server.address, "GET", "/metrics", &headers, b"").expect("an answer");
    assert_eq!(answer.status, 200, "{answer:?}");
    let kind = answer.header("content-type").expect("a content type");
    assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
    (Exposition::read(&answer.body), answer.body)
}

/// The number of this series; a series that is not there has none.
fn count(of: &Exposition, name: &str, labels: &[(&str, &str)]) -> f64 {
    of.value(name, labels).unwrap_or_else(|| panic!("there is no {name}{labels:?}: {of:#?}"))
}

fn events(of: &Exposition, event: &str, result: &str) -> f64 {
    let labels = [("shop", SHOP), ("event", event), ("result", result)];
    count(of, "assent_events_total", &labels)
}

fn refused(of: &Exposition, reason: &str) -> f64 {
    count(of, "assent_refused_total", &[("reason", reason)])
}

#[test]
fn it_is_for_whoever_has_the_token_and_for_nobody_else() {
    let world = World::administered("");
    let server = world.serve();
    for authorization in ["", "Bearer ", "Bearer admin-5ecret-1a2b3c4", "Basic x"] {
        let headers = [("Authorization", authorization)];
        let answer = request(&server.address, "GET", "/metrics", &headers, b"").expect("an answer");
        assert_eq!(answer.status, 401, "{authorization}");
        assert!(!answer.body.contains("assent_"), "{answer:?}");
    }
    scrape(&server);
    let without = World::new();
    assert_eq!(without.serve().get("/metrics").status, 404, "no token is set");
}

#[test]
fn what_happened_to_events_is_counted_once_it_is_stored() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    let (before, _) = scrape(&server);
    assert_eq!(events(&before, "Purchase", "accepted"), 0.0, "it is there from the start");
    // One beacon with a new event and one that came before.
    server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string());
    server.post(&beacon(None, &[add_to_cart("sh-1"), add_to_cart("sh-2")]).to_string());
    // A Purchase waits for its order; another is made from one, of what the browser left.
    server.post(&beacon(Some(&anchor("t1")), &[purchase("t1")]).to_string());
    server.post(&beacon(Some(&anchor("t2")), &[]).to_string());
    // What stands in the store is read once in five seconds.
    until("the hold is seen", || {
        (count(&scrape(&server).0, "assent_held", &[]) == 1.0).then_some(())
    });
    assert_eq!(server.webhook("orders/create", "w-2", &order(2, "t2")), "recovered");
    assert_eq!(server.webhook("orders/create", "w-1", &order(1, "t1")), "confirmed");
    until("all are delivered", || (world.tiktok.counted().len() == 4).then_some(()));
    let delivered = |of: &Exposition| count(of, "assent_ends_total", &[("end", "delivered")]);
    let after = until("the ends are counted", || {
        let (after, _) = scrape(&server);
        (delivered(&after) == 4.0).then_some(after)
    });
    assert_eq!(events(&after, "AddToCart", "accepted"), 2.0);
    assert_eq!(events(&after, "AddToCart", "duplicate"), 1.0);
    assert_eq!(events(&after, "Purchase", "accepted"), 1.0);
    assert_eq!(events(&after, "Purchase", "recovered"), 1.0);
    let answers = count(&after, "assent_tiktok_answers_total", &[("code", "0")]);
    assert!((1.0..=4.0).contains(&answers), "{answers}");
    assert_eq!(count(&after, "assent_delivery_seconds_count", &[]), 4.0);
    assert_eq!(count(&after, "assent_accept_seconds_count", &[]), 4.0, "one for each 202");
    for (name, expected) in [("assent_ready", 1.0), ("assent_test_shops", 0.0)] {
        assert_eq!(count(&after, name, &[]), expected);
    }
    let tests: f64 = after
        .samples
        .iter()
        .filter(|((name, _), _)| name.starts_with("assent_test_"))
        .map(|(_, n)| n)
        .sum();
    assert_eq!(tests, 0.0, "no test was made");
}

#[test]
fn a_withdrawal_ends_what_waits_and_is_counted() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    server.post(&beacon(Some(&anchor("t1")), &[purchase("t1")]).to_string());
    let no =
        crate::support::beacon::withdrawal(crate::support::beacon::now(), &[&anchor("t1")], None);
    assert_eq!(server.post(&no.to_string()).status, 202);
    let (after, _) = scrape(&server);
    assert_eq!(count(&after, "assent_ends_total", &[("end", "withdrawn")]), 1.0);
    assert_eq!(count(&after, "assent_ends_total", &[("end", "delivered")]), 0.0);
}

#[test]
fn every_refusal_is_counted_also_before_a_shop_is_known() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    let changed = |key: &str, value: serde_json::Value| {
        let mut message = beacon(None, &[add_to_cart("sh-1")]);
        message[key] = value;
        message.to_string()
    };
    server.post("{");
    server.post(&"x".repeat(70_000));
    server.post(&changed("v", json!(99)));
    server.post(&changed("shop", json!("stranger.myshopify.com")));
    server.post(&changed("consent", json!({"decision": "denied"})));
    server.post_with(&[("Content-Type", "image/png")], b"x");
    assert_eq!(server.get("/v1/events").status, 405);
    let gpc = [("Content-Type", "text/plain"), ("Sec-GPC", "1")];
    server.post_with(&gpc, beacon(None, &[add_to_cart("sh-1")]).to_string().as_bytes());
    let (mut wrong_id, mut odd) = (add_to_cart("sh-2"), add_to_cart("sh-3"));
    wrong_id["event_id"] = "0".repeat(32).into();
    odd["name"] = "Made Up".into();
    let mixed = beacon(None, &[add_to_cart("sh-4"), wrong_id.clone(), odd]);
    assert_eq!(server.post(&mixed.to_string()).json()["accepted"], 1);
    assert_eq!(server.post(&beacon(None, &[wrong_id]).to_string()).status, 422);
    server.webhook_with(&[("X-Shopify-Shop-Domain", SHOP)], b"{}");
    server.webhook_with(&[("X-Shopify-Shop-Domain", "stranger.myshopify.com")], b"{}");
    let forged = "A".repeat(43) + "=";
    let headers = [("X-Shopify-Shop-Domain", SHOP), ("X-Shopify-Hmac-Sha256", &forged)];
    server.webhook_with(&headers, b"{}");
    assert_eq!(server.get("/v1/webhooks/shopify").status, 405);
    let broken = "POST /v1/events HTTP/1.1\r\nHost: e\r\nContent-Type: text/plain\r\n\
        Transfer-Encoding: chunked\r\n\r\n\r\n";
    assert_eq!(exchange(connect(&server.address), broken.as_bytes())[0].0, 503);
    let (after, _) = scrape(&server);
    for (reason, n) in [
        ("unreadable", 3.0),
        ("too_large", 1.0),
        ("unknown_version", 1.0),
        ("unknown_shop", 1.0),
        ("no_grant", 1.0),
        ("gpc_header", 1.0),
        ("id_mismatch", 2.0),
        ("bad_event", 1.0),
        // It broke off: nobody was turned away.
        ("busy", 0.0),
        ("webhook_unsigned", 3.0),
        ("webhook_wrong_signature", 1.0),
    ] {
        assert_eq!(refused(&after, reason), n, "{reason}");
    }
    assert_eq!(events(&after, "AddToCart", "refused"), 2.0);
    assert_eq!(events(&after, "unreadable", "refused"), 1.0);
}

/// Names, ids, shops, reasons, codes: whatever a stranger or TikTok sends, the series are those that
/// were there after one of each kind.
#[test]
fn nobody_outside_can_make_a_series() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    let send = |n: usize, code: i64| {
        world.tiktok.fault(Fault::Answer(Answer::of(code)).times(1));
        let sent = world.tiktok.received().len();
        server.post(&beacon(None, &[add_to_cart(&format!("sh-{n}"))]).to_string());
        until("TikTok was asked", || (world.tiktok.received().len() > sent).then_some(()));
        let mut odd = add_to_cart(&format!("odd-{n}"));
        odd["name"] = format!("Made Up {n}").into();
        server.post(&beacon(None, &[odd]).to_string());
        let mut foreign = beacon(None, &[add_to_cart("x")]);
        foreign["shop"] = format!("stranger-{n}.myshopify.com").into();
        foreign["v"] = (n % 2 + 1).into();
        server.post(&foreign.to_string());
        let topic = format!("made/up-{n}");
        let shop = format!("stranger-{n}.myshopify.com");
        let headers = [("X-Shopify-Topic", &*topic), ("X-Shopify-Shop-Domain", &*shop)];
        server.webhook_with(&headers, b"{}");
        server.get(&format!("/{n}"));
    };
    for (n, code) in [49_000, 59_000, 69_000, 99_000].into_iter().enumerate() {
        send(n, code);
    }
    let series = |of: &Exposition| -> BTreeSet<_> { of.series() };
    let (before, _) = scrape(&server);
    for n in 4..40 {
        let family = [40_200, 50_200, 60_200, 70_200][n % 4];
        send(n, family + i64::try_from(n).expect("a few"));
    }
    let (after, text) = scrape(&server);
    assert_eq!(series(&after), series(&before));
    assert!(after.samples.len() < 200, "{} series for one shop", after.samples.len());
    for odd in ["stranger", "Made Up", "made/up"] {
        assert!(!text.contains(odd), "{odd} in {text}");
    }
}

#[test]
fn nothing_of_a_shopper_and_no_secret_is_in_it() {
    let world = World::administered(WEBHOOKS);
    let server = world.serve();
    let event = purchase("t1");
    server.post(&beacon(Some(&anchor("t1")), std::slice::from_ref(&event)).to_string());
    server.webhook("orders/create", "w-1", &order(1, "t1"));
    let (_, text) = scrape(&server);
    let id = event["event_id"].as_str().expect("an id");
    let (anchor, mail, visitor) = (anchor("t1"), hash("jane@example.com"), hash("visitor"));
    for secret in
        [id, &anchor, &mail, &visitor, "127.0.0.1", "E.C.P", "Mozilla", "81.91", "5ecret", "jane"]
    {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn test_events_have_series_of_their_own() {
    let world = World::administered("test_event_code = \"TEST123\"");
    let server = world.serve_with(&["--test-events"]);
    server.post(&beacon(None, &[add_to_cart("sh-1")]).to_string());
    let labels = [("shop", SHOP), ("event", "AddToCart"), ("result", "accepted")];
    let after = until("it is delivered", || {
        let (after, _) = scrape(&server);
        let ended = count(&after, "assent_test_ends_total", &[("end", "delivered")]);
        (ended == 1.0).then_some(after)
    });
    assert_eq!(count(&after, "assent_test_events_total", &labels), 1.0);
    assert_eq!(after.value("assent_events_total", &labels), None, "no live event was accepted");
    assert_eq!(count(&after, "assent_ends_total", &[("end", "delivered")]), 0.0);
    assert_eq!(count(&after, "assent_test_shops", &[]), 1.0);
    assert!(server.get("/readyz").body.contains("test: 1 of 1 shops send test events"));
}

#[test]
fn a_store_that_cannot_be_read_is_told_and_breaks_no_scrape() {
    let world = World::administered("");
    let server = world.serve();
    let readable = |expected: f64| {
        until("it is seen", || {
            let (of, _) = scrape(&server);
            (count(&of, "assent_store_readable", &[]) == expected).then_some(())
        });
    };
    readable(1.0);
    world.hide();
    readable(0.0);
    let ready = server.get("/readyz");
    assert!(
        ready.status == 200 && ready.body.contains("\nstore: it cannot be read ("),
        "{ready:?}"
    );
    world.show();
    readable(1.0);
}
