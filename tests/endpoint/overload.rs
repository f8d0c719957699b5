//! More comes than is allowed, or than can be stored: who is refused, how, and who is not.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::slow_strangers::two_shops;
use crate::support::beacon::{add_to_cart, beacon, hash, id, now, withdrawal};
use crate::support::front::{connect, exchange, webhook};
use crate::support::http::Answer;
use crate::support::orders::order;
use crate::support::server::{SHOP, Server, World};
use crate::support::until;

const OTHER: &str = "other.myshopify.com";

/// A fresh beacon for the shop, from there.
fn from(server: &Server, shop: &str, address: &str, n: usize) -> Answer {
    let headers = [("Content-Type", "text/plain"), ("X-Forwarded-For", address)];
    server.post_with(&headers, of(shop, n).to_string().as_bytes())
}

fn of(shop: &str, n: usize) -> Value {
    let name = format!("sh-{n}");
    let mut event = add_to_cart(&name);
    if shop != SHOP {
        let own = shop.parse().expect("a shop");
        event["event_id"] = json!(assent_gate::ids::event_id(&own, "AddToCart", &name).as_str());
    } else {
        event["event_id"] = json!(id("AddToCart", &name));
    }
    let mut body = beacon(None, &[event]);
    body["shop"] = json!(shop);
    body
}

fn limited(limits: &str) -> World {
    let mut world = two_shops();
    world.set_top(&format!("[limits]\n{limits}"));
    world
}

fn is_rate_limited(answer: &Answer) {
    assert_eq!((answer.status, &answer.json()["reason"]), (429, &json!("rate_limited")));
    assert_eq!(answer.header("retry-after"), Some("30"));
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-expose-headers"), Some("Retry-After"));
}

/// Ten seconds' worth at once, then one a second; of this shop alone, and never of a no.
#[test]
fn a_shop_that_floods_is_told_to_come_later_and_no_other_is() {
    let world = limited("beacons_per_shop = 1");
    let server = world.serve();
    let answers: Vec<Answer> =
        (0..60).map(|n| from(&server, SHOP, &format!("203.0.113.{n}"), n)).collect();
    assert!(answers[..10].iter().all(|answer| answer.status == 202), "{answers:?}");
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 202).collect();
    assert!(refused.len() > 20, "{} of 60", refused.len());
    refused.iter().for_each(|answer| is_rate_limited(answer));

    assert_eq!(from(&server, OTHER, "203.0.113.7", 0).status, 202);
    let no = server.post(&withdrawal(now(), &[], Some(&hash("visitor"))).to_string());
    assert_eq!((no.status, no.json()), (202, json!({"withdrawn": true})));
    let signed = webhook(SHOP, "w1", &order(1, "t1"));
    assert_eq!(exchange(connect(&server.address), &signed)[0].0, 200);
    until("it is counted", || {
        let report = world.report();
        let all = report["refused"].as_array().expect("a list").clone();
        let of_ours = all.into_iter().find(|row| row["reason"] == "rate_limited")?;
        (of_ours["shop"] == SHOP && of_ours["door"] == "beacons").then_some(())
    });
    let log = server.log();
    assert_eq!(log.matches("faster than [limits] allows").count(), 1, "{log}");
}

/// A tenth as many as beacons: a device keeps one that is turned away, and sends it again.
#[test]
fn withdrawals_have_a_bound_of_their_own_and_a_line_a_minute() {
    let world = limited("beacons_per_shop = 10");
    let server = world.serve();
    let no = |n: usize| {
        let headers =
            [("Content-Type", "text/plain"), ("X-Forwarded-For", &*format!("203.0.113.{n}"))];
        let no = withdrawal(now(), &[], Some(&hash(&format!("visitor-{n}"))));
        server.post_with(&headers, no.to_string().as_bytes())
    };
    let answers: Vec<Answer> = (0..60).map(no).collect();
    assert!(answers[..10].iter().all(|answer| answer.status == 202), "{answers:?}");
    let refused: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 202).collect();
    assert!(refused.len() > 20, "{} of 60", refused.len());
    refused.iter().for_each(|answer| is_rate_limited(answer));
    assert_eq!(from(&server, SHOP, "203.0.113.7", 0).status, 202);
    let log = server.log();
    assert_eq!(log.matches(" withdrawals ").count(), 1, "{log}");
}

/// It names a shop and is no message: whoever sends it has no part in what the shop's shoppers may.
#[test]
fn junk_takes_nothing_of_a_shops_rate() {
    let world = limited("beacons_per_shop = 1");
    let server = world.serve();
    for n in 0..30 {
        let mut junk = of(SHOP, n);
        junk["events"] = json!("none");
        assert_eq!(server.post(&junk.to_string()).status, 400, "{n}");
    }
    assert!((0..10).all(|n| from(&server, SHOP, "203.0.113.7", n).status == 202));
}

/// It is not refused for its own rate, for it could be a proxy's; still it has no more than half.
#[test]
fn an_address_that_is_excused_leaves_half_of_a_small_shops_rate_to_others() {
    let world = limited("beacons_per_shop = 2\nbeacons_per_address = 1");
    let server = world.serve();
    let flood: Vec<Answer> = (0..60).map(|n| from(&server, SHOP, "203.0.113.1", n)).collect();
    let refused: Vec<&Answer> = flood.iter().filter(|answer| answer.status != 202).collect();
    assert!(refused.len() > 20, "{} of 60", refused.len());
    refused.iter().for_each(|answer| is_rate_limited(answer));
    for n in 0..9 {
        assert_eq!(from(&server, SHOP, &format!("198.51.100.{n}"), 100 + n).status, 202, "{n}");
    }
}

/// Twenty of Cloudflare's are no twenty shoppers, and one of them is not one.
#[test]
fn an_address_of_a_content_network_is_no_shoppers() {
    let world = limited("beacons_per_address = 1");
    let server = world.serve();
    for n in 0..20 {
        assert_eq!(from(&server, SHOP, &format!("172.71.0.{n}"), n).status, 202);
    }
    for n in 0..30 {
        assert_eq!(from(&server, SHOP, "203.0.113.1", 100 + n).status, 202, "{n}");
    }
    for n in 0..20 {
        assert_eq!(from(&server, SHOP, &format!("198.51.100.{n}"), 200 + n).status, 202);
    }
    for n in 0..30 {
        assert_eq!(from(&server, SHOP, "172.71.1.2", 300 + n).status, 202, "{n}");
    }
}

#[test]
fn an_address_that_floods_is_refused_where_a_shop_has_many_addresses() {
    let world = limited("beacons_per_address = 1");
    let server = world.serve();
    // Everybody behind a proxy that nobody named looks like this: nobody is refused, and the log tells.
    for n in 0..40 {
        assert_eq!(from(&server, SHOP, "203.0.113.1", n).status, 202, "{n}");
    }
    assert!(server.log().contains("Is one missing in trusted_proxies?"), "{}", server.log());

    for n in 0..20 {
        assert_eq!(from(&server, SHOP, &format!("198.51.100.{n}"), 100 + n).status, 202);
    }
    let flood = |address: &dyn Fn(usize) -> String, first: usize| {
        let answers = (0..40).map(|n| from(&server, SHOP, &address(n), first + n));
        answers.filter(|answer| answer.status != 202).inspect(is_rate_limited).count()
    };
    assert!(flood(&|_| "203.0.113.1".to_owned(), 200) > 20);
    // Whoever has one address of a /64 has all.
    assert!(flood(&|n| format!("2001:db8::{n:x}"), 300) > 15);
    assert_eq!(flood(&|n| format!("2001:db8:1:{n:x}::1"), 400), 0);
    // No other address, no other shop, and nothing that is signed.
    assert_eq!(from(&server, SHOP, "203.0.113.2", 500).status, 202);
    assert_eq!(from(&server, OTHER, "203.0.113.1", 500).status, 202);
    for n in 0..20 {
        let signed = webhook(SHOP, &format!("w{n}"), &order(n + 1, &format!("t{n}")));
        let signed = String::from_utf8(signed).expect("text");
        let signed = signed.replace("Host: e\r\n", "Host: e\r\nX-Forwarded-For: 203.0.113.1\r\n");
        assert_eq!(exchange(connect(&server.address), signed.as_bytes())[0].0, 200);
    }
    assert!(!server.log().contains("203.0.113"), "an address is in the log");
}

/// It ends when this is dropped.
struct Flooding<'a>(&'a AtomicBool);

impl Drop for Flooding<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One shop's beacons come from as many connections as can be; another's all get through, and soon.
#[test]
fn a_flood_of_one_shop_is_in_no_other_shops_way() {
    let world = limited("beacons_per_shop = 100000\nbeacons_per_address = 100000");
    let server = world.serve();
    let (stop, mut took) = (AtomicBool::new(false), Vec::new());
    let flood = |own: usize| {
        let mut answers = [0_usize; 2];
        for n in 0.. {
            if stop.load(Ordering::Relaxed) {
                return answers;
            }
            let answer = server.post(&of(SHOP, own * 1_000_000 + n).to_string());
            assert!([202, 503].contains(&answer.status), "{answer:?}");
            answers[usize::from(answer.status == 503)] += 1;
        }
        answers
    };
    std::thread::scope(|scope| {
        // Also where an assertion fails: the scope waits for all of them.
        let flooding = Flooding(&stop);
        let floods: Vec<_> = (0..48).map(|own| scope.spawn(move || flood(own))).collect();
        for n in 0..100 {
            let begun = Instant::now();
            assert_eq!(server.post(&of(OTHER, n).to_string()).status, 202);
            took.push(begun.elapsed());
        }
        drop(flooding);
        let all = floods.into_iter().map(|flood| flood.join().expect("no panic"));
        let [stored, busy] = all.fold([0, 0], |[a, b], [x, y]| [a + x, b + y]);
        took.sort();
        println!(
            "{stored} of a flood stored and {busy} refused meanwhile; another's 100 took {:?} (median) and {:?} at most",
            took[50], took[99]
        );
    });
    assert!(took[50] < Duration::from_secs(2), "{took:?}");
}
