//! What no browser of ours sends. Each gets its own clear no, the process lives on, and nothing is
//! stored.

use serde_json::{Value, json};

use crate::support::beacon::{add_to_cart, anchor, beacon, hash, now, purchase, withdrawal};
use crate::support::http::{Answer, raw};
use crate::support::server::{Server, World};

const DAY: i64 = 86_400;

/// A beacon, what is wrong with it, and the answer it must get.
#[derive(Clone)]
struct Case {
    what: String,
    body: Vec<u8>,
    status: u16,
    reason: &'static str,
}

#[test]
fn every_malformed_beacon_gets_a_clear_problem_and_leaves_nothing_behind() {
    let world = World::new();
    let server = world.serve();
    let cases = [
        unreadable(),
        wrong_types(),
        too_much(),
        not_for_us(),
        no_consent(),
        bad_events(),
        withdrawals(),
    ]
    .concat();
    assert!(cases.len() >= 60, "only {}", cases.len());
    for Case { what, body, status, reason } in &cases {
        let answer = server.post_with(&[("Content-Type", "text/plain;charset=UTF-8")], body);
        is_problem(&answer, *status, reason, what);
    }
    let requests = wrong_requests(&server);
    println!("torture: hostile requests tried and answered: {}", cases.len() + requests.len());
    for (what, answer, status, reason) in requests {
        is_problem(&answer, status, reason, what);
    }
    assert_eq!(server.get("/healthz").status, 200);
    assert_eq!(server.get("/readyz").status, 200);
    assert_eq!(world.rows(), 0, "something was stored");
    assert_eq!(world.tiktok.received().len(), 0);
    assert_eq!(server.stop(), Some(0));
}

fn is_problem(answer: &Answer, status: u16, reason: &str, what: &str) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{what}");
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{what}");
    let problem = answer.json();
    assert_eq!(problem["reason"], reason, "{what}");
    assert_eq!(problem["status"], status, "{what}");
    for word in ["type", "title", "detail"] {
        assert!(problem[word].as_str().is_some_and(|text| !text.is_empty()), "{what}: no {word}");
    }
}

fn case(
    what: impl Into<String>,
    body: impl Into<Vec<u8>>,
    status: u16,
    reason: &'static str,
) -> Case {
    Case { what: what.into(), body: body.into(), status, reason }
}

fn good() -> Value {
    beacon(None, &[add_to_cart("sh-1")])
}

/// The good beacon with one thing changed. `at` is a JSON pointer; its last part may be new.
fn changed(at: &str, to: Value) -> Vec<u8> {
    let mut whole = good();
    let (parent, key) = at.rsplit_once('/').expect("a pointer");
    let parent = whole.pointer_mut(parent).expect("it is there");
    if let Some(list) = parent.as_array_mut() {
        list[key.parse::<usize>().expect("an index")] = to;
    } else {
        parent[key] = to;
    }
    whole.to_string().into_bytes()
}

/// The good beacon without one thing.
fn without(at: &str) -> Vec<u8> {
    let mut whole = good();
    let (parent, key) = at.rsplit_once('/').expect("a pointer");
    whole
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .expect("an object")
        .remove(key)
        .expect("it was there");
    whole.to_string().into_bytes()
}

/// The good beacon's text with some of it replaced: for what a JSON library would not write.
fn replaced(from: &str, to: &str) -> Vec<u8> {
    let text = good().to_string();
    assert!(text.contains(from), "{from} is not in {text}");
    text.replace(from, to).into_bytes()
}

fn unreadable() -> Vec<Case> {
    let text = good().to_string();
    let deep = format!(r#"{{"v":1,"x":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    let deepest = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    let deep_event =
        replaced(r#""page":{"#, &format!(r#""x":{}1{},"page":{{"#, "[".repeat(40), "]".repeat(40)));
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [
        ("nothing", Vec::new()),
        ("spaces", b"  \n ".to_vec()),
        ("null", b"null".to_vec()),
        ("a number", b"1".to_vec()),
        ("a list", b"[]".to_vec()),
        ("an empty object", b"{}".to_vec()),
        ("text", b"hello".to_vec()),
        ("half a beacon", text.as_bytes()[..text.len() / 2].to_vec()),
        ("a beacon and more", format!("{text} {{}}").into_bytes()),
        ("two beacons", format!("{text}\n{text}").into_bytes()),
        ("a byte order mark", format!("\u{feff}{text}").into_bytes()),
        ("UTF-16", utf16),
        ("invalid UTF-8", [b"{\"v\":1,\"shop\":\"".as_slice(), &[0xff, 0xfe], b"\"}"].concat()),
        (
            "an overlong encoding",
            [b"{\"v\":1,\"shop\":\"".as_slice(), &[0xc0, 0xaf], b"\"}"].concat(),
        ),
        ("a NUL byte", [text.as_bytes(), &[0]].concat()),
        ("a raw line break in a string", replaced("shopify_only", "shopify_\nonly")),
        ("200 levels", deep.into_bytes()),
        ("30000 levels", deepest.into_bytes()),
        ("an event too deep", deep_event),
        ("single quotes", text.replace('"', "'").into_bytes()),
        ("a comment", format!("/* hello */ {text}").into_bytes()),
        ("a trailing comma", replaced(r#""v":1"#, r#""v":1,"#)),
        ("v twice", replaced(r#""v":1"#, r#""v":1,"v":1"#)),
        ("a form", b"v=1&shop=acme.myshopify.com".to_vec()),
        ("gzip", [&[0x1f, 0x8b, 8, 0], text.as_bytes()].concat()),
    ]
    .into_iter()
    .map(|(what, body)| case(what, body, 400, "unreadable"))
    .collect()
}

fn wrong_types() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        ("/v", json!("1")),
        ("/v", json!(1.5)),
        ("/v", json!(-1)),
        ("/v", json!(null)),
        ("/shop", json!(7)),
        ("/shop", json!(null)),
        ("/sent_at", json!("yesterday")),
        ("/sent_at", json!(1.5)),
        ("/sent_at", json!(null)),
        ("/client", json!("custom")),
        ("/client", json!(null)),
        ("/consent", json!("granted")),
        ("/consent/decision", json!(true)),
        ("/consent/evaluated_at", json!("now")),
        ("/consent/rule", json!("because")),
        ("/consent/basis", json!("hope")),
        ("/consent/shopify", json!(true)),
        ("/consent/records", json!({})),
        ("/consent/records", json!([{"source": "shopify"}])),
        ("/checkout", json!("3f9a1c0b7d2e4f60a1b2c3d4e5f60718")), // a raw token, not an anchor
        ("/checkout", json!(anchor("t").to_uppercase())),
        ("/checkout", json!(5)),
        ("/cart", json!("zz")),
        ("/events", json!({})),
        ("/events", json!(null)),
        ("/events", json!([])), // a receipt alone, but for nothing
    ]
    .into_iter()
    .map(|(at, to)| case(format!("{at} = {to}"), changed(at, to), 400, "unreadable"))
    .collect();
    for at in [
        "/v",
        "/shop",
        "/sent_at",
        "/client",
        "/events",
        "/consent/evaluated_at",
        "/consent/shopify",
    ] {
        cases.push(case(format!("no {at}"), without(at), 400, "unreadable"));
    }
    cases
}

/// Within 64 KiB, and still more than one shopper's browser has to say: each would be kept for
/// years.
fn too_much() -> Vec<Case> {
    let of = |shopify_id: &str, visitor: &str| {
        let mut event = add_to_cart(shopify_id);
        event["user"]["external_id"] = json!(hash(visitor));
        event
    };
    let record = |key: usize, version: usize| {
        json!({"source": "usp", "key": "k".repeat(key), "decision": "unknown", "deciding": false, "value": hash("1YNN"),
            "version": "1".repeat(version)})
    };
    let two_visitors = beacon(None, &[of("sh-1", "visitor"), of("sh-2", "another")]);
    let two_checkouts = beacon(None, &[purchase("t1"), purchase("t2")]);
    let another_checkout = beacon(Some(&anchor("t2")), &[purchase("t1")]);
    let many: Vec<Value> = (0..300).map(|_| record(10, 1)).collect();
    let nothings = |count| changed("/events", json!(vec![0; count]));
    [
        ("257 events", nothings(257)),
        ("30,000 events that are none", nothings(30_000)),
        ("two visitors", two_visitors.to_string().into_bytes()),
        ("two checkouts", two_checkouts.to_string().into_bytes()),
        ("another checkout than its event's", another_checkout.to_string().into_bytes()),
        ("300 records", changed("/consent/records", json!(many))),
        ("a record's key of 50 KB", changed("/consent/records", json!([record(50_000, 1)]))),
        ("a record's version of 50 KB", changed("/consent/records", json!([record(10, 50_000)]))),
    ]
    .into_iter()
    .map(|(what, body)| case(what, body, 400, "unreadable"))
    .collect()
}

fn not_for_us() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        "other.myshopify.com",
        "acme.example.com",
        "",
        "*",
        "acme.myshopify.com.evil.example",
        "../acme",
    ]
    .into_iter()
    .map(|shop| case(format!("shop {shop:?}"), changed("/shop", json!(shop)), 404, "unknown_shop"))
    .collect();
    for version in [0_i64, 2, 99, i64::from(u32::MAX)] {
        cases.push(case(
            format!("v {version}"),
            changed("/v", json!(version)),
            422,
            "unknown_version",
        ));
    }
    let padding = "x".repeat(65_536);
    cases.push(case("64 KiB and more", changed("/padding", json!(padding)), 413, "too_large"));
    cases.push(case("64 KiB of brackets", vec![b'['; 65_537], 413, "too_large"));
    cases
}

fn no_consent() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        ("/consent/decision", json!("denied")),
        ("/consent/decision", json!("unknown")),
        ("/consent/decision", json!("GRANTED")),
        ("/consent/decision", json!("")),
        ("/consent/decision", json!(null)),
        ("/consent/gpc", json!(true)),
        ("/consent/shopify/marketing", json!(false)),
        ("/consent/shopify/marketing", json!(null)),
        ("/consent/shopify/sale_of_data", json!(false)),
        ("/consent", json!(null)),
    ]
    .into_iter()
    .map(|(at, to)| case(format!("{at} = {to}"), changed(at, to), 403, "no_grant"))
    .collect();
    cases.push(case("no consent at all", without("/consent"), 403, "no_grant"));
    let ahead = changed("/consent/evaluated_at", json!(now() + 3600));
    cases.push(case("evidence from the future", ahead, 422, "in_the_future"));
    cases
}

fn bad_events() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        ("/events/0", json!(null)),
        ("/events/0", json!("Purchase")),
        ("/events/0/name", json!("AddToKart")),
        ("/events/0/name", json!("addtocart")),
        ("/events/0/event_id", json!(12)),
        ("/events/0/event_id", json!("1163B6CC081573DA020C41E1CBA14D48")),
        ("/events/0/event_time", json!("2026-01-01")),
        ("/events/0/event_time", json!(1.5)),
        ("/events/0/browser", json!("maybe")),
        ("/events/0/page", json!(null)),
        ("/events/0/page/url", json!(7)),
        ("/events/0/user/email", json!("jane@example.com")),
        ("/events/0/user/phone", json!("+12133734253")),
        ("/events/0/user/city", json!("jane@example.com")),
        ("/events/0/user/country", json!("Germany")),
        ("/events/0/user/ttclid", json!("x".repeat(4000))),
        ("/events/0/page/url", json!(format!("https://shop.acme.example/{}", "x".repeat(5000)))),
        ("/events/0/properties/search_string", json!("jane@example.com")),
        ("/events/0/properties/order_id", json!("4".repeat(5000))),
        ("/events/0/properties/value", json!("81.91")),
        ("/events/0/properties/value", json!(-1)),
        ("/events/0/properties/currency", json!("EURO")),
        ("/events/0/properties/currency", json!("eur")),
        ("/events/0/properties/contents", json!("ribbon")),
        ("/events/0/properties/contents/0/content_id", json!(43_729_076)),
        ("/events/0/properties/contents/0/quantity", json!(-1)),
    ]
    .into_iter()
    .map(|(at, to)| case(format!("{at} = {to}"), changed(at, to), 422, "bad_event"))
    .collect();
    for number in ["1e999", "NaN", "Infinity", "01", "0x10"] {
        let body = replaced(r#""properties":{"#, &format!(r#""properties":{{"value":{number},"#));
        // What is not even JSON makes the whole unreadable; a number that is, but too large, only
        // the event.
        let (status, reason) =
            if number == "1e999" { (422, "bad_event") } else { (400, "unreadable") };
        cases.push(case(format!("value {number}"), body, status, reason));
    }
    for at in [
        "/events/0/name",
        "/events/0/event_id",
        "/events/0/event_time",
        "/events/0/browser",
        "/events/0/page",
    ] {
        cases.push(case(format!("no {at}"), without(at), 422, "bad_event"));
    }
    cases.push(case(
        "another event's id",
        changed("/events/0/shopify_event_id", json!("sh-2")),
        422,
        "id_mismatch",
    ));
    cases.push(case(
        "a checkout that is not its own",
        changed("/events/0/checkout", json!(anchor("t"))),
        422,
        "id_mismatch",
    ));
    let mut nameless = purchase("t");
    nameless["checkout"] = Value::Null;
    nameless["shopify_event_id"] = Value::Null;
    cases.push(case(
        "a Purchase with a random id",
        beacon(None, &[nameless]).to_string(),
        422,
        "id_mismatch",
    ));
    for (time, reason) in [
        (now() + 600, "in_the_future"),
        (now() * 1000, "in_the_future"), // milliseconds
        (i64::MAX, "in_the_future"),
        (now() - 8 * DAY, "too_old"),
        (0, "too_old"),
        (i64::MIN, "too_old"),
    ] {
        cases.push(case(
            format!("event_time {time}"),
            changed("/events/0/event_time", json!(time)),
            422,
            reason,
        ));
    }
    cases
}

fn withdrawals() -> Vec<Case> {
    let good = || withdrawal(now(), &[&anchor("t")], None);
    let mut cases = Vec::new();
    for (at, to) in [
        ("/withdraw", json!(true)),
        ("/withdraw", json!({})),
        ("/withdraw/at", json!("now")),
        ("/withdraw/checkouts", json!("all")),
        ("/withdraw/checkouts", json!(["3f9a1c0b7d2e4f60a1b2c3d4e5f60718"])),
        ("/withdraw/external_id", json!("visitor")),
        ("/sent_at", json!(null)),
    ] {
        let mut body = good();
        *body.pointer_mut(at).expect("it is there") = to.clone();
        cases.push(case(
            format!("withdrawal with {at} = {to}"),
            body.to_string(),
            400,
            "unreadable",
        ));
    }
    let mut elsewhere = good();
    elsewhere["shop"] = json!("other.myshopify.com");
    cases.push(case("a withdrawal for another shop", elsewhere.to_string(), 404, "unknown_shop"));
    cases
}

/// Faults outside the body.
fn wrong_requests(server: &Server) -> Vec<(&'static str, Answer, u16, &'static str)> {
    let body = good().to_string();
    let head =
        format!("POST /v1/events HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", server.address);
    let chunked = |size: usize| {
        let mut request =
            format!("{head}Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n")
                .into_bytes();
        for _ in 0..size / 1024 {
            request.extend(b"400\r\n");
            request.extend([b' '; 1024]);
            request.extend(b"\r\n");
        }
        request.extend(b"0\r\n\r\n");
        raw(&server.address, &request).expect("an answer")
    };
    let kind = |kind: &str| server.post_with(&[("Content-Type", kind)], body.as_bytes());
    let bare = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
    let gpc =
        server.post_with(&[("Content-Type", "text/plain"), ("Sec-GPC", "1")], body.as_bytes());
    let method = |method: &str| {
        let request = head.replace("POST", method) + "Content-Length: 0\r\n\r\n";
        raw(&server.address, request.as_bytes()).expect("an answer")
    };
    vec![
        (
            "no content type",
            raw(&server.address, bare.as_bytes()).expect("an answer"),
            415,
            "unreadable",
        ),
        ("a form's content type", kind("application/x-www-form-urlencoded"), 415, "unreadable"),
        ("html", kind("text/html"), 415, "unreadable"),
        ("a long content type", kind("text/plain-ish"), 415, "unreadable"),
        ("too large in chunks", chunked(200 * 1024), 413, "too_large"),
        ("empty chunks", chunked(10 * 1024), 400, "unreadable"),
        ("Sec-GPC", gpc, 403, "gpc_header"),
        ("GET", method("GET"), 405, "unreadable"),
        ("PUT", method("PUT"), 405, "unreadable"),
        ("DELETE", method("DELETE"), 405, "unreadable"),
    ]
}
