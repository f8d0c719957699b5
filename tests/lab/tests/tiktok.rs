//! The stand-in keeps docs/facts/tiktok.md#rules-of-the-stand-in, one table row a rule.

mod client;

use assent_lab::tiktok::{Answer, Fault, Leg, Options, Outcome, Standin};
use client::{Reply, post, request};
use serde_json::{Value, json};

const PIXEL: &str = "C4LAB0000000000000TT";
const TOKEN: &str = "lab-token";
const TRACK: &str = "/open_api/v1.3/event/track/";
const HASH: &str = "9f7ec22d72092cd3c0b58726ed9c2d91b92e51a3f29837508fb2948bb22dd2fd";
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;

fn standin() -> Standin {
    Standin::start_blocking(&Options::one(PIXEL, TOKEN).and("D4OTHER00000000000TT", "other-token"))
        .expect("a free port")
}

fn purchase(tiktok: &Standin, event_id: &str) -> Value {
    json!({
        "event": "Purchase", "event_time": tiktok.now_ms() / 1000, "event_id": event_id,
        "user": {"email": HASH, "ip": "203.0.113.7", "user_agent": "Mozilla/5.0"},
        "page": {"url": "https://shop.example/checkouts/cn/thank-you"},
        "properties": {"currency": "EUR", "value": 12.5, "content_type": "product",
            "contents": [{"content_id": "123", "price": 12.5, "quantity": 1}]}
    })
}

fn envelope(data: impl Into<Value>) -> Value {
    let data = data.into();
    json!({"event_source": "web", "event_source_id": PIXEL, "data": data})
}

fn track(tiktok: &Standin, body: &Value) -> Reply {
    post(
        tiktok,
        TRACK,
        &[("Access-Token", TOKEN), ("Content-Type", "application/json")],
        &body.to_string(),
    )
}

fn browser(tiktok: &Standin, name: &str, event_id: &str, user: impl Into<Value>) -> Reply {
    let user = user.into();
    let body = json!({"event": name, "event_id": event_id, "timestamp": "2026-11-22T10:00:00Z",
        "context": {"pixel": {"code": PIXEL}, "user": user, "page": {"url": "https://shop.example/", "referrer": ""}},
        "properties": {}});
    post(
        tiktok,
        "/api/v2/pixel",
        &[("Content-Type", "text/plain;charset=UTF-8")],
        &body.to_string(),
    )
}

/// Sets one field of the first event, or removes it with null.
fn with(tiktok: &Standin, pointer: &str, value: Value) -> Value {
    let mut event = purchase(tiktok, "e1");
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    let parent = event.pointer_mut(parent).and_then(Value::as_object_mut).expect("a parent");
    if value.is_null() {
        parent.remove(key)
    } else {
        parent.insert(key.to_owned(), value)
    };
    envelope(json!([event]))
}

#[test]
fn a_good_event_is_ok_and_counted_and_the_reply_names_the_request() {
    let tiktok = standin();
    let reply = track(&tiktok, &envelope(json!([purchase(&tiktok, "e1")])));
    assert_eq!(
        (reply.status, reply.code(), reply.json()["message"].as_str()),
        (200, 0, Some("OK"))
    );
    let received = tiktok.received();
    assert_eq!(reply.json()["request_id"], received[0].request_id.as_str());
    assert_eq!(received[0].events[0].outcome, Outcome::Counted);
    assert_eq!(tiktok.counted().len(), 1);
}

#[test]
fn method_and_path_are_http_errors() {
    let tiktok = standin();
    assert_eq!(request(&tiktok, "GET", TRACK, &[], "").status, 405);
    assert_eq!(post(&tiktok, "/open_api/v1.3/event/track", &[], "{}").status, 404);
    assert_eq!(post(&tiktok, "/open_api/v1.2/pixel/track/", &[], "{}").status, 404);
}

#[test]
fn tokens_and_pixels_are_checked_before_anything_else() {
    let tiktok = standin();
    let good = envelope(json!([purchase(&tiktok, "e1")])).to_string();
    type Headers = &'static [(&'static str, &'static str)];
    let table: [(Headers, &str, i64); 6] = [
        (&[], &good, 40104),
        (&[("Access-Token", "")], &good, 40104),
        (&[("Authorization", "Bearer lab-token")], &good, 40104),
        (&[("Access-Token", "nobody")], "{}", 40105),
        (&[("Access-Token", "other-token")], &good, 40001),
        (&[("Access-Token", TOKEN)], "{not json", 40000),
    ];
    for (headers, body, code) in table {
        let reply = post(&tiktok, TRACK, headers, body);
        assert_eq!((reply.status, reply.code()), (200, code), "{headers:?} {body}");
        assert!(!reply.json()["request_id"].as_str().unwrap_or_default().is_empty());
    }
    assert!(tiktok.counted().is_empty());
}

#[test]
fn a_revoked_token_is_refused_until_it_is_restored() {
    let tiktok = standin();
    let good = envelope(json!([purchase(&tiktok, "e1")]));
    tiktok.revoke(TOKEN);
    assert_eq!(track(&tiktok, &good).code(), 40105);
    tiktok.restore(TOKEN);
    assert_eq!(track(&tiktok, &good).code(), 0);
}

#[test]
fn an_envelope_that_is_wrong_is_40002() {
    let tiktok = standin();
    let event = purchase(&tiktok, "e1");
    let table = [
        (
            json!({"event_source": "tv", "event_source_id": PIXEL, "data": [event]}),
            40002,
            "event_source: ",
        ),
        (json!({"event_source_id": PIXEL, "data": [event]}), 40002, "event_source: "),
        (json!({"event_source": "web", "data": [event]}), 40002, "event_source_id: "),
        (
            json!({"event_source": "web", "event_source_id": "", "data": [event]}),
            40002,
            "event_source_id: ",
        ),
        (json!({"event_source": "web", "event_source_id": PIXEL, "data": []}), 40002, "data: "),
        (json!({"event_source": "web", "event_source_id": PIXEL}), 40002, "data: "),
        (
            json!({"event_source": "web", "event_source_id": PIXEL, "data": ["x"]}),
            40002,
            "data.0: ",
        ),
        (
            json!({"event_source": "web", "event_source_id": PIXEL, "partner_name": "us", "data": [event]}),
            40063,
            "partner_name: ",
        ),
        (json!([event]), 40002, "body: "),
    ];
    for (body, code, at) in table {
        let reply = track(&tiktok, &body);
        assert_eq!(reply.code(), code, "{body}");
        assert!(reply.message().starts_with(at), "{body}: {}", reply.message());
    }
    assert!(tiktok.counted().is_empty());
}

#[test]
fn a_wrong_field_is_named_by_its_path_with_the_code_of_its_fault() {
    let tiktok = standin();
    let ms = tiktok.now_ms();
    let upper = HASH.to_uppercase();
    let table = [
        ("/event", Value::Null, 40002, "data.0.event: "),
        ("/event", json!(""), 40002, "data.0.event: "),
        ("/event_time", json!(ms), 40002, "data.0.event_time: "),
        ("/event_time", json!("2026-11-22T10:00:00Z"), 40002, "data.0.event_time: "),
        ("/event_time", json!(1_763_800_000.5), 40002, "data.0.event_time: "),
        ("/event_time", Value::Null, 40002, "data.0.event_time: "),
        ("/event_id", json!(17), 40002, "data.0.event_id: "),
        ("/user", json!([]), 40002, "data.0.user: "),
        ("/user/email", json!("anna@example.com"), 40062, "data.0.user.email: "),
        ("/user/email", json!([HASH, "anna@example.com"]), 40062, "data.0.user.email.1: "),
        ("/user/email", json!("5f4dcc3b5aa765d61d8327deb882cf99"), 40062, "data.0.user.email: "),
        ("/user/email", json!(upper), 40062, "data.0.user.email: "),
        ("/user/email", json!(7), 40002, "data.0.user.email: "),
        ("/user/phone", json!("+12133734253"), 40062, "data.0.user.phone: "),
        ("/user/external_id", json!("user_123"), 40062, "data.0.user.external_id: "),
        ("/user/first_name", json!("jane"), 40062, "data.0.user.first_name: "),
        ("/user/zip_code", json!("95110"), 40062, "data.0.user.zip_code: "),
        ("/user/ttclid", json!(["E.C.P.x"]), 40002, "data.0.user.ttclid: "),
        ("/user/ttp", json!(1), 40002, "data.0.user.ttp: "),
        ("/user/ip", json!("300.1.1.1"), 40002, "data.0.user.ip: "),
        ("/page", Value::Null, 40002, "data.0.page.url: "),
        ("/page/url", json!(""), 40002, "data.0.page.url: "),
        ("/page/url", json!("/checkouts"), 40002, "data.0.page.url: "),
        ("/page/referrer", json!(3), 40002, "data.0.page.referrer: "),
        ("/properties/currency", json!("XAU"), 40002, "data.0.properties.currency: "),
        ("/properties/currency", json!("eur"), 40002, "data.0.properties.currency: "),
        ("/properties/value", json!("12.50"), 40002, "data.0.properties.value: "),
        ("/properties/content_type", json!("thing"), 40002, "data.0.properties.content_type: "),
        ("/properties/num_items", json!(1.5), 40002, "data.0.properties.num_items: "),
        (
            "/properties/order_id",
            json!(6_807_581_753_559_i64),
            40002,
            "data.0.properties.order_id: ",
        ),
        ("/properties/content_ids", json!([1]), 40002, "data.0.properties.content_ids.0: "),
        (
            "/properties/contents",
            json!([{"content_id": 1}]),
            40002,
            "data.0.properties.contents.0.content_id: ",
        ),
        (
            "/properties/contents",
            json!([{"price": "1"}]),
            40002,
            "data.0.properties.contents.0.price: ",
        ),
        (
            "/properties/contents",
            json!([{"quantity": "1"}]),
            40002,
            "data.0.properties.contents.0.quantity: ",
        ),
        ("/limited_data_use", json!("true"), 40002, "data.0.limited_data_use: "),
    ];
    for (pointer, value, code, at) in table {
        let reply = track(&tiktok, &with(&tiktok, pointer, value.clone()));
        assert_eq!(reply.code(), code, "{pointer} = {value}: {}", reply.message());
        assert!(reply.message().starts_with(at), "{pointer} = {value}: {}", reply.message());
    }
    assert!(tiktok.counted().is_empty());
    assert!(tiktok.violations().is_empty());
}

#[test]
fn what_tiktok_tolerates_is_accepted() {
    let tiktok = standin();
    let table = [
        ("/event", json!("MyOwnEvent")),
        ("/user/email", json!([HASH, HASH])),
        ("/user/ip", json!("2001:db8::1")),
        ("/user/ttclid", json!("E.C.P.".repeat(200))),
        ("/user/city", json!("berlin")),
        ("/limited_data_use", json!(true)),
        ("/properties/contents", json!([{"content_id": "1", "content_type": "product"}])),
        ("/properties/gtm_version", json!("1")),
        ("/properties", Value::Null),
        ("/event_id", Value::Null),
    ];
    for (pointer, value) in table {
        let reply = track(&tiktok, &with(&tiktok, pointer, value.clone()));
        assert_eq!(reply.code(), 0, "{pointer} = {value}: {}", reply.message());
    }
}

#[test]
fn limited_data_use_needs_the_ip() {
    let tiktok = standin();
    let mut event = purchase(&tiktok, "e1");
    event["limited_data_use"] = json!(true);
    event["user"].as_object_mut().expect("an object").remove("ip");
    assert_eq!(track(&tiktok, &envelope(json!([event]))).code(), 40002);
}

#[test]
fn a_hashed_ip_or_user_agent_fails_the_test_that_sent_it() {
    let tiktok = standin();
    track(&tiktok, &with(&tiktok, "/user/ip", json!(HASH)));
    track(&tiktok, &with(&tiktok, "/user/user_agent", json!(HASH)));
    assert_eq!(tiktok.violations().len(), 2);
}

#[test]
fn one_bad_event_refuses_the_whole_request_and_is_named() {
    let tiktok = standin();
    let mut bad = purchase(&tiktok, "e2");
    bad["properties"]["contents"][0]["content_id"] = json!(123);
    let reply =
        track(&tiktok, &envelope(json!([purchase(&tiktok, "e1"), purchase(&tiktok, "e3"), bad])));
    assert_eq!(reply.code(), 40002);
    assert_eq!(reply.message(), "data.2.properties.contents.0.content_id: Not a valid string.");
    assert!(tiktok.counted().is_empty());
    assert!(tiktok.received()[0].events.iter().all(|seen| seen.outcome == Outcome::Refused));
}

#[test]
fn a_thousand_events_pass_and_one_more_does_not() {
    let tiktok = standin();
    let batch = |n: usize| {
        envelope((0..n).map(|i| purchase(&tiktok, &format!("e{i}"))).collect::<Vec<_>>())
    };
    assert_eq!(track(&tiktok, &batch(1001)).code(), 40061);
    assert!(tiktok.counted().is_empty());
    assert_eq!(track(&tiktok, &batch(1000)).code(), 0);
    assert_eq!(tiktok.counted().len(), 1000);
}

#[test]
fn an_event_older_than_seven_days_is_accepted_with_a_warning() {
    let tiktok = standin();
    let old = tiktok.now_ms() / 1000 - 7 * 24 * HOUR - 1;
    assert_eq!(track(&tiktok, &with(&tiktok, "/event_time", json!(old))).code(), 0);
    assert!(tiktok.received()[0].events[0].warnings.contains(&"older than 7 days".to_owned()));
}

#[test]
fn test_events_are_kept_apart() {
    let tiktok = standin();
    let mut body = envelope(json!([purchase(&tiktok, "e1")]));
    body["test_event_code"] = json!("TEST123");
    assert_eq!(track(&tiktok, &body).code(), 0);
    assert_eq!(tiktok.received()[0].events[0].outcome, Outcome::Test);
    assert!(tiktok.counted().is_empty());
}

/// Section 8: (minutes after the first, leg) → what becomes of the copy. Boundaries are left a
/// minute: the clock runs.
#[test]
fn two_legs_with_one_id_are_one_conversion() {
    use Leg::{Browser, EventsApi};
    use Outcome::{Counted, Discarded, Merged};
    type Copies = &'static [(i64, Leg, Outcome)];
    let table: [(Copies, usize); 7] = [
        (&[(0, Browser, Counted), (1, EventsApi, Merged)], 1),
        (&[(0, EventsApi, Counted), (4, Browser, Merged)], 1),
        (&[(0, Browser, Counted), (6, EventsApi, Discarded)], 1),
        (&[(0, Browser, Counted), (1, Browser, Discarded)], 1),
        (&[(0, EventsApi, Counted), (60, EventsApi, Discarded)], 1),
        (
            &[
                (0, Browser, Counted),
                (1, EventsApi, Merged),
                (2, EventsApi, Discarded),
                (48 * 60 - 1, Browser, Discarded),
            ],
            1,
        ),
        (
            &[
                (0, Browser, Counted),
                (48 * 60 + 1, EventsApi, Counted),
                (48 * 60 + 2, Browser, Merged),
            ],
            2,
        ),
    ];
    for (copies, conversions) in table {
        let tiktok = standin();
        for &(minutes, leg, _) in copies {
            tiktok.set_clock_offset(minutes * MINUTE);
            match leg {
                Browser => browser(&tiktok, "Purchase", "same", json!({})),
                EventsApi => track(&tiktok, &envelope(json!([purchase(&tiktok, "same")]))),
            };
        }
        let got: Vec<_> =
            tiktok.received().iter().map(|request| request.events[0].outcome).collect();
        assert_eq!(got, copies.iter().map(|copy| copy.2).collect::<Vec<_>>(), "{copies:?}");
        assert_eq!(tiktok.counted().len(), conversions, "{copies:?}");
    }
}

#[test]
fn another_name_id_or_pixel_is_another_conversion() {
    let tiktok = standin();
    browser(&tiktok, "Purchase", "e1", json!({}));
    browser(&tiktok, "AddToCart", "e1", json!({}));
    browser(&tiktok, "Purchase", "e2", json!({}));
    let mut body = envelope(json!([purchase(&tiktok, "e1")]));
    body["event_source_id"] = json!("D4OTHER00000000000TT");
    post(&tiktok, TRACK, &[("Access-Token", "other-token")], &body.to_string());
    browser(&tiktok, "Pageview", "", json!({}));
    browser(&tiktok, "Pageview", "", json!({}));
    assert_eq!(tiktok.counted().len(), 6);
}

#[test]
fn a_merge_fills_what_the_first_copy_lacked_and_changes_nothing_else() {
    let tiktok = standin();
    browser(&tiktok, "Purchase", "e1", json!({"phone_number": HASH, "ttp": "browser's"}));
    let mut event = purchase(&tiktok, "e1");
    event["user"]["ttp"] = json!("server's");
    track(&tiktok, &envelope(json!([event])));
    let counted = tiktok.counted();
    assert_eq!(counted[0].user["phone"], HASH);
    assert_eq!(counted[0].user["email"], HASH);
    assert_eq!(counted[0].user["ttp"], "browser's");
    assert_eq!(counted[0].properties["value"], 12.5);
}

#[test]
fn faults_come_as_ordered_and_end() {
    let tiktok = standin();
    let good = envelope(json!([purchase(&tiktok, "e1")]));
    tiktok.fault(Fault::Answer(Answer::of(40100)).times(2));
    tiktok.fault(Fault::Answer(Answer::of(50000)).times(1));
    tiktok.fault(Fault::TooMany { retry_after_seconds: 7 }.times(1));
    tiktok.fault(Fault::BadGateway.times(1));
    assert_eq!([40100, 40100, 50000].map(|_| track(&tiktok, &good).code()), [40100, 40100, 50000]);
    let busy = track(&tiktok, &good);
    assert_eq!((busy.status, busy.header("retry-after")), (429, Some("7")));
    let gateway = track(&tiktok, &good);
    assert_eq!(gateway.status, 502);
    assert!(gateway.body.starts_with("<html>"));
    assert!(tiktok.counted().is_empty());
    assert_eq!(track(&tiktok, &good).code(), 0);
}

#[test]
fn a_fault_without_an_end_lasts_until_it_is_cleared() {
    let tiktok = standin();
    let good = envelope(json!([purchase(&tiktok, "e1")]));
    tiktok.fault(Fault::Answer(Answer::of(50000)));
    assert_eq!([0, 0, 0].map(|_| track(&tiktok, &good).code()), [50000; 3]);
    tiktok.clear_faults();
    assert_eq!(track(&tiktok, &good).code(), 0);
}

#[test]
fn a_chosen_event_is_refused_and_its_neighbours_are_not() {
    let tiktok = standin();
    tiktok.fault(Fault::Refuse { event_id: "bad".to_owned() });
    let reply =
        track(&tiktok, &envelope(json!([purchase(&tiktok, "e1"), purchase(&tiktok, "bad")])));
    assert_eq!(reply.code(), 40002);
    assert!(reply.message().starts_with("data.1."), "{}", reply.message());
    assert_eq!(track(&tiktok, &envelope(json!([purchase(&tiktok, "e1")]))).code(), 0);
    assert_eq!(tiktok.counted().len(), 1);
}

#[test]
fn processed_faults_count_and_the_others_do_not() {
    let table = [
        (Fault::Answer(Answer::of(20001)), 1),
        (Fault::Answer(Answer { code: 50000, processed: true }), 1),
        (Fault::Answer(Answer::of(40050)), 0),
        (Fault::Unparsable, 1),
        (Fault::AnswerLost, 1),
        (Fault::Reset, 0),
    ];
    for (fault, counted) in table {
        let tiktok = standin();
        tiktok.fault(fault.clone().times(1));
        let body = envelope(json!([purchase(&tiktok, "e1")])).to_string();
        // Reset and AnswerLost break the connection: an error here is the point.
        let outcome = client::try_request(
            &tiktok.base_url(),
            "POST",
            TRACK,
            &[("Access-Token", TOKEN)],
            &body,
        );
        assert_eq!(
            outcome.is_err(),
            matches!(fault, Fault::Reset | Fault::AnswerLost),
            "{fault:?}"
        );
        assert_eq!(tiktok.counted().len(), counted, "{fault:?}");
    }
}

#[test]
fn a_hang_never_answers_and_harms_no_one_else() {
    let tiktok = standin();
    tiktok.fault(Fault::Hang.times(1));
    let body = envelope(json!([purchase(&tiktok, "e1")]));
    let mut hanging = client::open(&tiktok.base_url());
    client::write(&mut hanging, "POST", TRACK, &[("Access-Token", TOKEN)], &body.to_string());
    client::until(|| tiktok.received().len() == 1);
    assert_eq!(track(&tiktok, &body).code(), 0);
    assert!(client::is_silent(&mut hanging));
    assert_eq!(tiktok.received()[0].status, None);
}

#[test]
fn a_fault_of_one_token_leaves_the_other_alone() {
    let tiktok = standin();
    tiktok.fault(Fault::BadGateway.forever().for_token("other-token"));
    assert_eq!(track(&tiktok, &envelope(json!([purchase(&tiktok, "e1")]))).code(), 0);
    assert_eq!(post(&tiktok, TRACK, &[("Access-Token", "other-token")], "{}").status, 502);
}

#[test]
fn the_browser_leg_has_its_own_faults_and_any_origin_may_send() {
    let tiktok = standin();
    tiktok.fault(Fault::BadGateway.times(1).on(Leg::Browser));
    assert_eq!(track(&tiktok, &envelope(json!([purchase(&tiktok, "e1")]))).code(), 0);
    assert_eq!(browser(&tiktok, "Purchase", "e2", json!({})).status, 502);
    let reply = browser(&tiktok, "Purchase", "e2", json!({}));
    assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, Some("*")));
    let script = request(
        &tiktok,
        "GET",
        "/i18n/pixel/events.js?sdkid=C4LAB0000000000000TT&lib=ttq",
        &[],
        "",
    );
    assert_eq!(script.status, 200);
}

#[test]
fn everything_received_can_be_read_again_as_it_came() {
    let tiktok = standin();
    let body = r#"{"event_source":"web" , "event_source_id":"C4LAB0000000000000TT","data":[]}"#;
    post(&tiktok, TRACK, &[("Access-Token", TOKEN), ("X-Odd", "Value")], body);
    let received = tiktok.received();
    assert_eq!(received[0].body, body);
    assert!(received[0].headers.contains(&("x-odd".to_owned(), "Value".to_owned())));
    assert!(tiktok.received_since(1).is_empty());
}

#[test]
fn the_control_api_says_the_same_as_rust() {
    let tiktok = standin();
    let order = |path: &str, body: Value| {
        assert_eq!(
            post(&tiktok, path, &[("Content-Type", "application/json")], &body.to_string()).status,
            204,
            "{path}"
        );
    };
    order("/lab/tiktok/faults", json!({"kind": "answer", "code": 40100, "times": 1}));
    order("/lab/tiktok/faults", json!({"kind": "bad_gateway", "times": 1, "leg": "browser"}));
    let good = envelope(json!([purchase(&tiktok, "e1")]));
    assert_eq!(track(&tiktok, &good).code(), 40100);
    order("/lab/tiktok/revoke", json!({"token": TOKEN}));
    assert_eq!(track(&tiktok, &good).code(), 40105);
    order("/lab/tiktok/restore", json!({"token": TOKEN}));
    assert_eq!(track(&tiktok, &good).code(), 0);
    order("/lab/tiktok/clock", json!({"offset_seconds": 49 * HOUR}));
    assert_eq!(track(&tiktok, &good).code(), 0);
    let counted = request(&tiktok, "GET", "/lab/tiktok/counted", &[], "").json();
    assert_eq!(counted["counted"].as_array().map(Vec::len), Some(2));
    assert_eq!(
        counted["counted"][0]["copies"][0],
        json!({"leg": "events_api", "outcome": "counted", "at_ms": counted["counted"][0]["copies"][0]["at_ms"]})
    );
    let received = request(&tiktok, "GET", "/lab/tiktok/received?since=3", &[], "").json();
    assert_eq!(received["received"][0]["events"][0]["outcome"], "counted");
    order("/lab/tiktok/reset", json!({}));
    assert!(tiktok.received().is_empty() && tiktok.counted().is_empty());
}

#[test]
fn many_senders_at_once_are_all_heard() {
    let tiktok = standin();
    std::thread::scope(|scope| {
        for sender in 0..8 {
            let tiktok = &tiktok;
            scope.spawn(move || {
                for n in 0..50 {
                    let body =
                        envelope(json!([purchase(tiktok, &format!("{}", (sender % 4) * 50 + n))]));
                    assert_eq!(track(tiktok, &body).code(), 0);
                }
            });
        }
    });
    assert_eq!(tiktok.received().len(), 400);
    assert_eq!(tiktok.counted().len(), 200);
}
