//! A sale begins while TikTok is down: two thousand orders in one moment, and then a power cut. Those that do not come
//! to their turn in time are told so, and Shopify tells them again: on a file only where the machine has much else to
//! do, on a database, which takes a shop's orders one after the other (docs/postgres.md), often. So there it is three
//! hundred.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::support::beacon::{anchor, beacon, id, purchase};
use crate::support::orders::{SECRET, order, signature};
use crate::support::place::is_postgres;
use crate::support::server::{SHOP, World};
use crate::support::until;

fn orders() -> usize {
    if is_postgres() { 300 } else { 2000 }
}

/// Of which so many have their Purchase waiting; the browser lost the others' and left no consent.
fn waiting() -> usize {
    orders() / 10
}

fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!("POST {path} HTTP/1.1\r\nHost: e\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n{body}")
        .into_bytes()
}

fn webhook(n: usize) -> Vec<u8> {
    let body = order(1000 + n as u64, &format!("t{n}")).to_string();
    let signed = signature(SECRET, body.as_bytes());
    let headers = format!(
        "X-Shopify-Topic: orders/create\r\nX-Shopify-Shop-Domain: {SHOP}\r\nX-Shopify-Webhook-Id: w{n}\r\n\
         X-Shopify-Hmac-Sha256: {signed}\r\n"
    );
    post("/v1/webhooks/shopify", &headers, &body)
}

/// The status, and how long it took from the moment at which all began.
async fn send(address: String, request: Vec<u8>, begun: Instant) -> (u16, Duration) {
    let mut stream = TcpStream::connect(&address).await.expect("a connection");
    stream.write_all(&request).await.expect("it is written");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let text = String::from_utf8_lossy(&answer);
    let status = text
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .unwrap_or_else(|| panic!("{text}"));
    (status, begun.elapsed())
}

fn burst(address: &str, requests: Vec<Vec<u8>>) -> Vec<(u16, Duration)> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_io().build().expect("a runtime");
    runtime.block_on(async {
        let begun = Instant::now();
        let sends: Vec<_> = requests
            .into_iter()
            .map(|request| tokio::spawn(send(address.to_owned(), request, begun)))
            .collect();
        let mut answers = Vec::new();
        for send in sends {
            answers.push(send.await.expect("it is answered"));
        }
        answers
    })
}

/// Those of these orders that were told to come again.
fn refused(answers: &[(u16, Duration)], orders: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let answered = orders.into_iter().zip(answers);
    answered.filter(|(_, (status, _))| *status == 503).map(|(n, _)| n).collect()
}

/// Shopify waits five seconds for an answer; the endpoint itself says 503 after four.
#[test]
fn the_orders_of_a_sale_are_all_taken_in_the_end_and_survive_a_kill_while_tiktok_is_down() {
    let world = World::with("webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]");
    world.configure("http://127.0.0.1:9"); // nobody listens there
    let server = world.serve();
    let beacons = (0..waiting()).map(|n| {
        let event = purchase(&format!("t{n}"));
        post(
            "/v1/events",
            "Content-Type: text/plain\r\n",
            &beacon(Some(&anchor(&format!("t{n}"))), &[event]).to_string(),
        )
    });
    assert!(burst(&server.address, beacons.collect()).iter().all(|(status, _)| *status == 202));

    let mut answers = burst(&server.address, (0..orders()).map(webhook).collect());
    let mut again = refused(&answers, 0..orders());
    let taken = orders() - again.len();
    assert!(is_postgres() || taken > orders() / 4, "of {} only {taken} were taken", orders());
    while !again.is_empty() {
        let more = burst(&server.address, again.iter().copied().map(webhook).collect());
        let left = refused(&more, again.iter().copied());
        assert!(left.len() < again.len(), "not one of {} was taken", again.len());
        again = left;
        answers.retain(|(status, _)| *status != 503);
        answers.extend(more);
    }
    let slowest = answers.iter().map(|(_, took)| *took).max().expect("answers");
    println!("{} webhooks at once: the slowest was answered after {slowest:?}", orders());
    let others: Vec<_> = answers.iter().filter(|(status, _)| *status != 200).collect();
    assert!(others.is_empty(), "{} others: {:?}", others.len(), others[0]);
    server.kill();

    world.configure(&world.tiktok.base_url());
    let _server = world.serve();
    let report = world.report();
    let today =
        &report["orders"].as_array().expect("days").iter().fold((0, 0), |(all, none), day| {
            let count = |value: &serde_json::Value| value.as_i64().unwrap_or_default();
            (all + count(&day["orders"]), none + count(&day["ended"]["no_consent_on_record"]))
        });
    let (all, without) = (orders() as i64, (orders() - waiting()) as i64);
    assert_eq!(*today, (all, without), "{report:#}");
    until("every Purchase has arrived", || {
        (world.tiktok.counted().len() == waiting()).then_some(())
    });
    for n in [0, waiting() - 1] {
        assert_eq!(world.end(&id("Purchase", &anchor(&format!("t{n}"))))["state"], "delivered");
    }
    let worth = world
        .tiktok
        .counted()
        .iter()
        .filter(|conversion| conversion.properties["value"] == json!(70.1))
        .count();
    assert_eq!(worth, waiting(), "each at Shopify's figures");
}
