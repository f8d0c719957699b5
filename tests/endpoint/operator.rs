//! What the operator must be able to see: refused webhooks, addresses that are nobody's, a pixel code
//! that TikTok does not know. And that whoever causes it fills neither log nor store.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use assent_gate::time::Timestamp;
use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, now, purchase};
use crate::support::http::raw;
use crate::support::orders::{SECRET, order, rfc3339, signature};
use crate::support::server::{SHOP, Server, World};
use crate::support::until;

const WEBHOOKS: &str = "webhook_secret_envs = [\"ACME_SHOPIFY_SECRET\"]";
const ADVICE: &str = "wrong secret? Their signature fits none of webhook_secret_envs; those made in \
                      the admin are signed with another secret than an app's";

fn webhook(server: &Server, shop: &str, secret: Option<&str>, order: &Value) -> u16 {
    let body = order.to_string();
    let signed = secret.map(|secret| signature(secret, body.as_bytes()));
    let mut headers = vec![("X-Shopify-Topic", "orders/create"), ("X-Shopify-Shop-Domain", shop)];
    headers.extend(signed.as_ref().map(|signed| ("X-Shopify-Hmac-Sha256", signed.as_str())));
    server.webhook_with(&headers, body.as_bytes()).status
}

/// How many the report counts, by door and reason.
fn refused(world: &World) -> Vec<(String, String, i64)> {
    let report = world.report();
    let days = report["refused"].as_array().expect("a list").iter();
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let days = days.map(|day| (text(&day["door"]), text(&day["reason"]), &day["n"]));
    days.map(|(door, reason, n)| (door, reason, n.as_i64().expect("a number"))).collect()
}

fn lines(server: &Server, word: &str) -> Vec<String> {
    server.log().lines().filter(|line| line.contains(word)).map(str::to_owned).collect()
}

fn stderr(world: &World, arguments: &[&str]) -> String {
    let output = world.run(arguments);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).expect("text")
}

/// The field's case: the Purchase waits for an order whose webhook is signed with another secret.
#[test]
fn a_webhook_signed_with_another_secret_is_told_to_the_operator() {
    let world = World::with(WEBHOOKS);
    let server = world.serve();
    let event = purchase("t1");
    let body = beacon(Some(&anchor("t1")), std::slice::from_ref(&event));
    assert_eq!(server.post(&body.to_string()).status, 202);
    assert_eq!(webhook(&server, SHOP, Some("shpss_another"), &order(7_000_000_000_001, "t1")), 401);

    let told = until("it is logged", || lines(&server, "webhooks of this shop").pop());
    assert!(told.contains(SHOP) && told.contains(ADVICE) && told.contains("WARN"), "{told}");
    until("it is counted", || (refused(&world).len() == 1).then_some(()));
    assert_eq!(refused(&world), [("webhooks".into(), "wrong_signature".into(), 1)]);
    let table = world.text(&["report"]);
    assert!(
        table.contains(ADVICE) && table.contains("webhooks of this shop are refused"),
        "{table}"
    );

    let why = stderr(&world, &["why", "7000000000001"]);
    assert!(why.contains(&format!("webhooks of this shop are refused: {ADVICE}")), "{why}");
    let id = event["event_id"].as_str().expect("an id");
    let story = world.why(id).expect("it is known");
    assert_eq!(story["state"], "held");
    assert!(story["note"].as_str().is_some_and(|note| note.contains(ADVICE)), "{story:#}");
    assert!(world.text(&["why", id]).contains(ADVICE));

    // Repaired: its order comes, and what is told says so.
    assert_eq!(webhook(&server, SHOP, Some(SECRET), &order(7_000_000_000_001, "t1")), 200);
    assert_eq!(world.end(id)["note"], Value::Null);
}

#[test]
fn once_webhooks_are_accepted_again_the_refusal_is_told_as_past() {
    let world = World::with(WEBHOOKS);
    let server = world.serve();
    assert_eq!(webhook(&server, SHOP, Some("shpss_another"), &order(1, "t1")), 401);
    until("it is counted", || (refused(&world).len() == 1).then_some(()));
    std::thread::sleep(Duration::from_millis(1100)); // in a later second
    assert_ne!(server.webhook("orders/create", "w1", &order(2, "t2")), "duplicate");
    let table = world.text(&["report"]);
    assert!(table.contains("were refused") && table.contains("accepted since"), "{table}");
}

#[test]
fn a_flood_of_forged_webhooks_fills_neither_log_nor_store() {
    let world = World::with(WEBHOOKS);
    let server = world.serve();
    const FLOOD: i64 = 300;
    for n in 0..FLOOD {
        let secret = (n % 3 != 0).then_some("shpss_stranger");
        let forged = json!({"id": n, "note": format!("fill-{n}-the-log")});
        assert_eq!(webhook(&server, SHOP, secret, &forged), 401);
    }
    until("all are counted", || {
        (refused(&world).iter().map(|(.., n)| n).sum::<i64>() == FLOOD).then_some(())
    });
    // As many rows as reasons, on each day that the flood has touched.
    assert!(refused(&world).len() <= 2 * 2, "{:?}", refused(&world));
    let told = lines(&server, "of this shop are refused");
    assert!((1..=2).contains(&told.len()), "one a minute at most: {told:#?}");
    assert!(!server.log().contains("fill-"), "what a stranger sends is never logged");
    assert_eq!(world.rows(), 0);
    assert_eq!(server.stop(), Some(0));
    assert!(!world.store_bytes().windows(5).any(|bytes| bytes == b"fill-"));
}

#[test]
fn a_stranger_who_names_a_shop_that_is_not_here_leaves_nothing() {
    let world = World::with(WEBHOOKS);
    let server = world.serve();
    // The last that is said at a start.
    let before = until("it has said what is next", || {
        Some(server.log()).filter(|log| log.contains("no pixel of this shop"))
    });
    for shop in ["other.myshopify.com", "", "acme.myshopify.com.example"] {
        for secret in [None, Some(SECRET)] {
            assert_eq!(webhook(&server, shop, secret, &order(1, "t1")), 401);
        }
    }
    // What comes after it is counted: so it would have been seen by now.
    assert_eq!(webhook(&server, SHOP, None, &order(1, "t1")), 401);
    until("the last is counted", || (!refused(&world).is_empty()).then_some(()));
    assert_eq!(refused(&world), [("webhooks".into(), "unsigned".into(), 1)]);
    let more: Vec<_> =
        server.log().lines().skip(before.lines().count()).map(str::to_owned).collect();
    assert_eq!(more.len(), 1, "{more:#?}");
}

#[test]
fn what_else_would_be_refused_in_silence_is_told_too() {
    // A webhook that does not come whole in time.
    let world = World::with(WEBHOOKS);
    let server = world.serve();
    let half = format!(
        "POST /v1/webhooks/shopify HTTP/1.1\r\nHost: a\r\nX-Shopify-Shop-Domain: {SHOP}\r\n\
         X-Shopify-Hmac-Sha256: {}\r\nContent-Length: 9\r\n\r\nhalf",
        signature(SECRET, b"half")
    );
    assert_eq!(raw(&server.address, half.as_bytes()).expect("an answer").status, 503);
    until("it is counted", || {
        (refused(&world) == [("webhooks".into(), "busy".into(), 1)]).then_some(())
    });
    drop(server);
    // A shop for which no secret is set.
    let world = World::new();
    let server = world.serve();
    assert_eq!(webhook(&server, SHOP, Some(SECRET), &order(1, "t1")), 401);
    // A beacon of a clock that is ahead, and one with an id of another shop's.
    let mut ahead = beacon(None, &[add_to_cart("sh-1")]);
    ahead["consent"]["evaluated_at"] = json!(now() + 3600);
    let mut other = add_to_cart("sh-2");
    other["event_id"] = json!("0".repeat(32));
    for body in [&ahead, &ahead, &beacon(None, &[other.clone()])] {
        assert_eq!(server.post(&body.to_string()).status, 422);
    }
    // One bad event among good ones.
    assert_eq!(server.post(&beacon(None, &[add_to_cart("sh-3"), other]).to_string()).status, 202);
    // Without consent nothing is counted on disk, though the log has a line.
    let mut silent = beacon(None, &[add_to_cart("sh-4")]);
    silent["consent"]["shopify"] = json!({"marketing": false});
    assert_eq!(server.post(&silent.to_string()).status, 403);
    // Nobody's.
    let mut foreign = beacon(None, &[add_to_cart("sh-5")]);
    foreign["shop"] = json!("stranger.myshopify.com");
    assert_eq!(server.post(&foreign.to_string()).status, 404);

    let expected = [
        ("beacons", "id_mismatch", 2),
        ("beacons", "in_the_future", 2),
        ("webhooks", "no_secret", 1),
    ];
    let expected = expected.map(|(door, reason, n)| (door.to_owned(), reason.to_owned(), n));
    until("they are counted", || {
        let mut found = refused(&world);
        found.sort();
        (found == expected).then_some(())
    });
    let table = world.text(&["report"]);
    for word in ["Is its clock right?", "another shop's snippet", "names no secret of this shop"] {
        assert!(table.contains(word), "{word}: {table}");
    }
    // A line for each reason, so that nobody hides one behind another.
    for reason in ["id_mismatch", "in_the_future", "no_grant"] {
        let told = lines(&server, "beacons of this shop are refused");
        let of_reason = told.iter().filter(|line| line.contains(reason)).count();
        assert_eq!(of_reason, 1, "{reason}: {told:?}");
    }
    let stranger = lines(&server, "a shop that assent.toml does not have");
    assert_eq!(stranger.len(), 1);
    assert!(!server.log().contains("stranger.myshopify.com"));
}

/// The ip that TikTok gets of a Purchase recovered from a receipt alone that came with these
/// headers, as in the field's case.
fn recovered_ip(top: &str, headers: &[(&str, &str)]) -> Option<String> {
    let mut world = World::with(WEBHOOKS);
    world.set_top(top);
    let server = world.serve();
    let mut body = beacon(Some(&anchor("t2")), &[]);
    body["user"] = json!({"external_id": hash("visitor"), "user_agent": "Mozilla/5.0 (Field)"});
    body["page"] = json!({"url": "https://shop.acme.example/cart"});
    let all = [&[("Content-Type", "text/plain")], headers].concat();
    assert_eq!(server.post_with(&all, body.to_string().as_bytes()).status, 202);
    assert_eq!(server.webhook("orders/create", "w1", &order(2, "t2")), "recovered");
    let sent = until("it was sent", || world.tiktok.received().into_iter().next());
    let sent: Value = serde_json::from_str(&sent.body).expect("JSON");
    sent["data"][0]["user"]["ip"].as_str().map(str::to_owned)
}

#[test]
fn a_shoppers_address_is_read_in_every_form_that_proxies_write() {
    let (v4, v6) = (Some("203.0.113.7"), Some("2001:db8::7"));
    let cloudflare = "trusted_proxies = [\"127.0.0.0/8\", \"2400:cb00::/32\"]";
    for (top, headers, expected) in [
        ("", &[("X-Forwarded-For", "[2001:db8::7]")][..], v6),
        ("", &[("X-Forwarded-For", "[2001:db8::7]:4711")], v6),
        ("", &[("X-Forwarded-For", "[::ffff:203.0.113.7]")], v4),
        ("", &[("X-Forwarded-For", "203.0.113.7,")], v4),
        ("", &[("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", " , ")], v4),
        (cloudflare, &[("X-Forwarded-For", "203.0.113.7, [2400:cb00::5]")], v4),
        // A proxy's own header, and no other beside it.
        (
            "client_ip_header = \"CF-Connecting-IP\"",
            &[("CF-Connecting-IP", "2001:db8::7"), ("X-Forwarded-For", "203.0.113.7")],
            v6,
        ),
        ("client_ip_header = \"cf-connecting-ip\"", &[("X-Forwarded-For", "203.0.113.7")], None),
        (
            "client_ip_header = \"forwarded\"",
            &[("Forwarded", "for=\"[2001:db8::7]:4711\";proto=https, for=127.0.0.1")],
            v6,
        ),
        // From trusted_proxies only: here the test itself is a stranger.
        (
            "client_ip_header = \"cf-connecting-ip\"\ntrusted_proxies = [\"10.0.0.0/8\"]",
            &[("CF-Connecting-IP", "203.0.113.7")],
            None,
        ),
    ] {
        assert_eq!(recovered_ip(top, headers).as_deref(), expected, "{top} {headers:?}");
    }
}

#[test]
fn a_header_that_is_none_or_never_believed_is_a_fault_of_the_configuration() {
    let mut world = World::new();
    for (top, fault) in [
        ("client_ip_header = \"cf connecting ip\"", "is not the name of a header"),
        ("client_ip_header = \"\"", "is not the name of a header"),
        ("client_ip_header = \"X-Real-IP:\"", "is not the name of a header"),
        ("client_ip_header = \"x-real-ip\"\ntrusted_proxies = []", "that list is empty"),
        ("client_ip_header = 7", "text, in quotes is expected here"),
    ] {
        world.set_top(top);
        let said = stderr(&world, &["report"]);
        assert!(said.contains(fault), "{top}: {said}");
    }
    world.set_top("trusted_proxies = []");
    let _running = world.serve();
}

/// Posts events, each with the address that `forwarded` gives for its number.
fn post(
    server: &Server,
    events: std::ops::Range<usize>,
    forwarded: impl Fn(usize) -> Option<String>,
) {
    for n in events {
        let body = beacon(None, &[add_to_cart(&format!("sh-{n}"))]).to_string();
        let forwarded = forwarded(n);
        let mut headers = vec![("Content-Type", "text/plain")];
        headers.extend(forwarded.as_ref().map(|hops| ("X-Forwarded-For", hops.as_str())));
        assert_eq!(server.post_with(&headers, body.as_bytes()).status, 202);
    }
}

fn doubts(world: &World) -> Vec<Value> {
    let report = world.report();
    let notes = report["notes"].as_array().expect("notes").iter();
    notes.map(|note| note["addresses"].clone()).filter(|doubt| !doubt.is_null()).collect()
}

#[test]
fn most_events_from_one_address_or_none_or_a_data_centres_are_told() {
    let shopper = |n: usize| Some(format!("198.51.100.{n}"));
    let one = |n: usize| {
        Some(if n.is_multiple_of(3) { format!("198.51.100.{n}") } else { "203.0.113.77".into() })
    };
    let proxy = |n: usize| Some(format!("198.51.100.{n}, 172.71.0.{n}"));
    for (cause, of_them, forwarded) in [
        // Another address may fall into the same of 64 shares.
        ("one", 14, &one as &dyn Fn(usize) -> Option<String>),
        ("none", 21, &|_| None),
        ("none", 21, &|n| Some(format!("198.51.100.{n}, 172.18.0.2"))),
        ("data_centre", 21, &proxy),
        ("", 0, &shopper),
    ] {
        let world = World::new();
        let server = world.serve();
        post(&server, 0..19, forwarded);
        assert_eq!(doubts(&world), Vec::<Value>::new(), "{cause}: too few to say");
        post(&server, 19..21, forwarded);
        post(&server, 0..21, forwarded); // duplicates count for nothing
        if cause.is_empty() {
            assert_eq!(doubts(&world), Vec::<Value>::new());
            continue;
        }
        let [doubt] = doubts(&world).try_into().expect("one");
        let told = doubt["of_them"].as_i64().expect("a number");
        assert_eq!((&doubt["cause"], &doubt["events"]), (&json!(cause), &json!(21)));
        assert!(told == of_them || cause == "one" && told > of_them, "{cause}: {told}");
        let of_them = told;
        let table = world.text(&["report"]);
        assert!(
            table.contains(&format!("of 21 events of the last 24 hours {of_them} ")),
            "{table}"
        );
        if cause == "one" {
            let told = until("it is logged", || lines(&server, "one and the same address").pop());
            assert!(told.contains(SHOP), "{told}");
            // Told without the address, and counted without it.
            until("all are delivered", || {
                (world.report()["days"][0]["delivered"] == json!(21)).then_some(())
            });
            for text in [&table, &server.log()] {
                assert!(!text.contains("203.0.113.77"), "{text}");
            }
            assert_eq!(server.stop(), Some(0));
            let stored = world.store_bytes();
            let address = b"203.0.113.77";
            assert!(!stored.windows(address.len()).any(|bytes| bytes == address));
        }
    }
}

/// Answers requests with these lines and bodies in turn, the last one for ever; tells when each came.
struct Scripted {
    base: String,
    came: Arc<Mutex<Vec<Instant>>>,
}

impl Scripted {
    fn start(answers: Vec<(String, &'static str)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let came = Arc::new(Mutex::new(Vec::new()));
        let noted = came.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let mut reader = BufReader::new(stream);
                let mut length = 0;
                let mut line = String::new();
                while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                    if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
                        length = told.trim().parse().expect("a length");
                    }
                    line.clear();
                }
                let mut body = vec![0; length];
                if reader.read_exact(&mut body).is_err() {
                    continue;
                }
                let mut came = noted.lock().expect("no panic holds it");
                let (head, body) = &answers[came.len().min(answers.len() - 1)];
                came.push(Instant::now());
                let answer = format!(
                    "HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
                let _ = reader.get_mut().write_all(answer.as_bytes());
            }
        });
        Self { base, came }
    }

    fn came(&self) -> Vec<Instant> {
        self.came.lock().expect("no panic holds it").clone()
    }
}

#[test]
fn a_pixel_that_tiktok_does_not_take_pauses_the_shop_and_loses_nothing() {
    for message in [
        r#"{"code":40002,"message":"Invalid value for event_source_id: not a valid string."}"#,
        r#"{"code":40002,"message":"pixel_code: Invalid pixel code."}"#,
        r#"{"code":40007,"message":"Pixel does not exist"}"#,
    ] {
        let world = World::new();
        let tiktok = Scripted::start(vec![("200 OK".to_owned(), message)]);
        world.configure(&tiktok.base);
        let server = world.serve();
        post(&server, 0..1, |_| None);
        let event = add_to_cart("sh-0");
        let id = event["event_id"].as_str().expect("an id");
        let story = until("the shop is paused", || {
            world.why(id).filter(|story| {
                story["reason"].as_str().is_some_and(|reason| reason.contains("paused"))
            })
        });
        assert_eq!(story["state"], "due", "{story:#}");
        assert!(
            story["reason"].as_str().is_some_and(|why| why.contains("pixel_code")),
            "{story:#}"
        );
        post(&server, 1..4, |_| None);
        assert_eq!(tiktok.came().len(), 1, "the queue stands still");
        assert!(!lines(&server, "Everything is kept").is_empty());
        assert!(world.text(&["report"]).contains("sends are paused"), "the report says so too");
        assert_eq!(server.stop(), Some(0));
        // Mended: nothing was lost.
        world.configure(&world.tiktok.base_url());
        let _server = world.serve();
        assert_eq!(world.end(id)["state"], "delivered");
        assert!(!world.text(&["report"]).contains("sends are paused"));
        until("all are counted", || (world.tiktok.counted().len() == 4).then_some(()));
    }
}

#[test]
fn a_parameter_of_the_event_is_still_the_events_own_fault() {
    let world = World::new();
    let refused = r#"{"code":40002,"message":"Invalid value for event_id: not a valid string."}"#;
    // What an event holds may be repeated behind the name of its field.
    let repeated =
        r#"{"code":40002,"message":"data.0.properties.contents.0.content_name: event_source_id"}"#;
    let accepted = r#"{"code":0,"message":"OK"}"#;
    let ok = || "200 OK".to_owned();
    let tiktok = Scripted::start(vec![(ok(), refused), (ok(), repeated), (ok(), accepted)]);
    world.configure(&tiktok.base);
    let server = world.serve();
    for (n, end) in ["refused_by_tiktok", "refused_by_tiktok", "delivered"].into_iter().enumerate()
    {
        post(&server, n..n + 1, |_| None);
        let event = add_to_cart(&format!("sh-{n}"));
        assert_eq!(world.end(event["event_id"].as_str().expect("an id"))["state"], end);
    }
}

/// RFC 9110, 5.6.7, from `rfc3339`'s text, so that the endpoint's own reading is not asked.
fn http_date(at: i64) -> String {
    let (rfc, names) = (rfc3339(at), "JanFebMarAprMayJunJulAugSepOctNovDec");
    let month: usize = rfc[5..7].parse().expect("a month");
    let day = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        [usize::try_from(at.div_euclid(86400).rem_euclid(7)).expect("a day")];
    let month = &names[(month - 1) * 3..month * 3];
    format!("{day}, {} {month} {} {} GMT", &rfc[8..10], &rfc[..4], &rfc[11..19])
}

#[test]
fn a_retry_after_that_is_a_date_is_obeyed() {
    assert_eq!(http_date(784_111_777), "Sun, 06 Nov 1994 08:49:37 GMT");
    let parsed: Timestamp = rfc3339(784_111_777).parse().expect("a time");
    assert_eq!(parsed.0, 784_111_777);
    let since = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let soon = i64::try_from(since).expect("not for long") + 6;
    let slow_down = r#"{"code":40100,"message":"slow down"}"#;
    let accepted = r#"{"code":0,"message":"OK"}"#;
    // By our clock; and by the answer's own, which is a day behind.
    let ours = format!("429 Too Many Requests\r\nRetry-After: {}", http_date(soon));
    let theirs = format!(
        "429 Too Many Requests\r\nDate: {}\r\nRetry-After: {}",
        http_date(soon - 86400 - 6),
        http_date(soon - 86400)
    );
    let past = "429 Too Many Requests\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT".to_owned();
    // TikTok's own failure, with a wait.
    let busy = "503 Service Unavailable\r\nRetry-After: 5".to_owned();
    let failed = r#"{"code":60001,"message":"maintenance"}"#;
    for (head, body, at_least, at_most) in [
        (ours, slow_down, 3, 20),
        (theirs, slow_down, 4, 20),
        (past, slow_down, 0, 5),
        (busy.clone(), failed, 4, 20),
        (busy, "<html>", 4, 20),
    ] {
        let world = World::new();
        let tiktok = Scripted::start(vec![(head.clone(), body), ("200 OK".to_owned(), accepted)]);
        world.configure(&tiktok.base);
        let server = world.serve();
        post(&server, 0..1, |_| None);
        let event = add_to_cart("sh-0");
        assert_eq!(world.end(event["event_id"].as_str().expect("an id"))["state"], "delivered");
        let came = tiktok.came();
        assert_eq!(came.len(), 2);
        let waited = (came[1] - came[0]).as_secs();
        assert!((at_least..=at_most).contains(&waited), "{head}: {waited} s");
    }
}
