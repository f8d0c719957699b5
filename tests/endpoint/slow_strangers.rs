//! Strangers announce much and send little, or send much and slowly: whoever signs is heard all the
//! same.

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, beacon};
use crate::support::front::{answers, connect, exchange, webhook, webhook_head};
use crate::support::orders::{SECRET, order, signature};
use crate::support::server::{SHOP, World};

const OTHER: &str = "other.myshopify.com";
const LARGEST: usize = 8 * 1024 * 1024;

/// Two shops that one secret signs for.
pub(crate) fn two_shops() -> World {
    World::with(&format!(
        "consent.cmp = \"shopify\"\nwebhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]\n[[shops]]\ndomain = \"{OTHER}\"\n\
         pixel_code = \"C4EXAMPLE0000000001\"\naccess_token_env = \"ACME_TIKTOK_TOKEN\"\nconsent.cmp = \"shopify\"\n\
         webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]"
    ))
}

/// A webhook for this shop that no secret signed.
fn stranger(address: &str, shop: &str, sends: &[u8]) -> TcpStream {
    let mut socket = connect(address);
    let head =
        webhook_head(shop, "w", b"").replace(&signature(SECRET, b""), &signature("guessed", b""));
    let head = format!("{head}Content-Length: {LARGEST}\r\n\r\n");
    socket.write_all(head.as_bytes()).expect("a socket");
    // It may be given up meanwhile.
    let _ = socket.write_all(sends);
    socket
}

/// With 64 MiB of room by what is announced, eight of these shut the door for everybody.
#[test]
fn whoever_announces_much_and_sends_one_byte_shuts_no_door() {
    let world = two_shops();
    let server = world.serve();
    let strangers: Vec<_> =
        (0..200).map(|n| stranger(&server.address, [SHOP, OTHER][n % 2], b"{")).collect();
    for n in 0..10 {
        for shop in [SHOP, OTHER] {
            let signed = webhook(shop, &format!("w{n}"), &order(n + 1, &format!("t{n}")));
            assert_eq!(exchange(connect(&server.address), &signed)[0].0, 200);
        }
    }
    drop(strangers);
    assert!(!server.log().contains("is short"), "nothing was short");
}

/// Sixteen of 8 MiB each are twice what there is room for. The strangers lose, and the log says so.
#[test]
fn whoever_sends_much_and_never_ends_is_given_up_first() {
    let world = two_shops();
    let server = world.serve();
    let much = vec![b' '; LARGEST - 1];
    let floods: Vec<_> = (0..16)
        .map(|_| {
            let (address, much) = (server.address.clone(), much.clone());
            std::thread::spawn(move || stranger(&address, SHOP, &much))
        })
        .collect();
    // As large as Shopify's largest orders are.
    let mut large = order(1, "t1");
    large["line_items"] = Value::Array(vec![large["line_items"][0].clone(); 500]);
    large["note"] = json!("x".repeat(1_000_000));
    for (n, shop) in [SHOP, OTHER].into_iter().cycle().take(6).enumerate() {
        let signed = webhook(shop, &format!("w{n}"), &large);
        assert_eq!(exchange(connect(&server.address), &signed)[0].0, 200, "{n}");
    }
    let lost = floods.into_iter().map(|flood| {
        let mut socket = flood.join().expect("it sent");
        answers(&mut socket).iter().any(|(status, _)| *status == 503)
    });
    assert!(lost.filter(|lost| *lost).count() >= 8, "nobody was given up");
    let log = server.log();
    assert_eq!(
        log.matches("room for webhooks that are still coming in is short").count(),
        1,
        "{log}"
    );
}

/// 64 KiB each, of one address, is more than there is room for. Others' beacons are taken all the same.
#[test]
fn slow_beacons_of_one_address_are_in_nobody_elses_way() {
    let world = two_shops();
    let server = world.serve();
    let head = "POST /v1/events HTTP/1.1\r\nHost: e\r\nContent-Type: text/plain\r\nX-Forwarded-For: 203.0.113.1\r\n";
    let much = format!("{head}Content-Length: 65536\r\n\r\n{}", " ".repeat(65_535));
    let slow: Vec<_> = (0..700)
        .map(|_| {
            let mut socket = connect(&server.address);
            let _ = socket.write_all(much.as_bytes());
            socket
        })
        .collect();
    for n in 0..10 {
        let body = beacon(None, &[add_to_cart(&format!("sh-{n}"))]).to_string();
        let headers = [("Content-Type", "text/plain"), ("X-Forwarded-For", "203.0.113.2")];
        assert_eq!(server.post_with(&headers, body.as_bytes()).status, 202);
    }
    let log = server.log();
    assert_eq!(
        log.matches("room for beacons that are still coming in is short").count(),
        1,
        "{log}"
    );
    assert!(!log.contains("203.0.113"), "{log}");
    drop(slow);
}

/// Forty at once, each in two pieces; the second ones come only when all first ones are there.
#[test]
fn webhooks_without_a_length_all_get_through() {
    let world = two_shops();
    let server = world.serve();
    let bodies = (0..40_u64).map(|n| order(n + 1, &format!("t{n}")).to_string());
    let begun: Vec<_> = bodies
        .enumerate()
        .map(|(n, body)| {
            let mut socket = connect(&server.address);
            let head = webhook_head(SHOP, &format!("w{n}"), body.as_bytes());
            let (first, second) = body.split_at(200);
            let first =
                format!("{head}Transfer-Encoding: chunked\r\n\r\n{:x}\r\n{first}\r\n", first.len());
            socket.write_all(first.as_bytes()).expect("a socket");
            (socket, format!("{:x}\r\n{second}\r\n0\r\n\r\n", second.len()))
        })
        .collect();
    let ended: Vec<_> = begun
        .into_iter()
        .map(|(mut socket, second)| {
            socket.write_all(second.as_bytes()).expect("a socket");
            socket
        })
        .collect();
    let statuses: Vec<u16> =
        ended.into_iter().map(|mut socket| answers(&mut socket)[0].0).collect();
    assert_eq!(statuses, [200; 40]);
}

/// What is signed are the bytes as they come, whatever a header says of them.
#[test]
fn a_signed_webhook_counts_whatever_its_content_encoding_says() {
    let world = two_shops();
    let server = world.serve();
    let body = order(7, "t7").to_string();
    let head = webhook_head(SHOP, "w7", body.as_bytes());
    let signed =
        format!("{head}Content-Encoding: gzip\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let answer = &exchange(connect(&server.address), signed.as_bytes())[0];
    assert!(answer.0 == 200 && answer.1.contains("no_consent_on_record"), "{answer:?}");
}
