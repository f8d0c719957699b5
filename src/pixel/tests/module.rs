//! The module in a browser: `cargo test -p assent-pixel --target wasm32-unknown-unknown`.
#![cfg(target_arch = "wasm32")]

#[path = "../../../tests/vectors/events.rs"]
mod vectors;

use assent_pixel::{ask, open};
use js_sys::JSON;
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn js(value: &Value) -> JsValue {
    JSON::parse(&value.to_string()).expect("serde_json writes JSON")
}

fn answer(question: &str) -> String {
    ask(question).as_string().expect("an answer is text")
}

/// A page view; opening another one ends it.
struct Page {
    jar: Value,
    now: Value,
}

/// A page of a shopper who has agreed.
fn page(vectors: &Value) -> Page {
    page_with(&vectors["settings"], vectors)
}

fn page_with(settings: &Value, vectors: &Value) -> Page {
    let start = json!({"init": vectors["init"], "kind": "custom", "gpc": null, "leg": true});
    let keys = open(&js(settings), &start.to_string()).expect("settings");
    let keys = keys.as_string().expect("keys are text");
    let storage = keys.lines().map(|key| (key.to_owned(), Value::Null)).collect();
    let jar = json!({"cookie": vectors["cookie"], "storage": Value::Object(storage)});
    Page { jar, now: vectors["now"].clone() }
}

impl Page {
    fn ask(&self, mut question: Value) -> Value {
        question["jar"] = self.jar.clone();
        question["now"] = self.now.clone();
        serde_json::from_str(&answer(&question.to_string())).expect("JSON")
    }

    /// What is done about the event: where the address is to be cleaned first, it can be.
    fn heard(&self, event: &Value) -> Value {
        let plan = self.ask(json!({"do": "heard", "event": event}));
        if plan["acts"][0]["do"] == "clean" {
            assert_eq!(plan["acts"].as_array().map(Vec::len), Some(1), "and nothing else: {plan}");
            return self.ask(json!({"do": "cleaned", "what": "path"}));
        }
        plan
    }
}

#[wasm_bindgen_test]
fn every_event_of_the_vectors_leaves_as_worked_out_by_hand() {
    let vectors = vectors::read();
    for row in vectors::rows(&vectors) {
        let page = page_with(&vectors::settings(&vectors, row), &vectors);
        vectors::check(&vectors, row, &page.heard(&row["event"]));
    }
}

#[wasm_bindgen_test]
fn a_plan_has_the_shape_its_documentation_says() {
    let vectors = vectors::read();
    let complete =
        vectors::rows(&vectors).iter().find(|row| row["event"]["name"] == "checkout_completed");
    let event = &complete.expect("a purchase")["event"];
    let page = page(&vectors);
    let clean = page.ask(json!({"do": "heard", "event": event}));
    let plan = page.ask(json!({"do": "cleaned", "what": "path"}));
    let keys =
        |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&plan), ["acts", "said"]);
    let acts = plan["acts"].as_array().expect("a list");
    let words: Vec<&Value> = acts.iter().map(|act| &act["do"]).collect();
    assert_eq!(words, ["send", "store", "load", "identify", "track", "store", "look", "keep"]);
    let shape = |word: &str| keys(acts.iter().find(|act| act["do"] == word).expect("this act"));
    assert_eq!(shape("send"), ["body", "do", "key"]);
    assert_eq!(shape("store"), ["do", "key", "value"]);
    assert_eq!(keys(&clean["acts"][0]), ["do", "referrer", "url"]);
    assert_eq!(shape("load"), ["do", "pixel", "script"]);
    assert_eq!(keys(&acts[3]["user"]), ["email", "external_id", "phone_number"]);
    assert_eq!(keys(&acts[4]["call"]), ["name", "options", "params"]);
}

#[wasm_bindgen_test]
fn the_cookie_of_a_grant_and_random_ids_come_from_the_randomness_of_the_browser() {
    let vectors = vectors::read();
    let mut cookies = Vec::new();
    for _ in 0..2 {
        let mut page = page(&vectors);
        page.jar["cookie"] = json!("");
        let plan = page.ask(json!({"do": "begin"}));
        assert_eq!(plan["acts"][0]["do"], "cookie");
        let text = plan["acts"][0]["text"].as_str().expect("a cookie").to_owned();
        assert!(text.starts_with("_assent=") && text.find(';') == Some(8 + 48), "{text}");
        cookies.push(text);
    }
    assert_ne!(cookies[0], cookies[1]);
}

#[wasm_bindgen_test]
fn malformed_questions_never_throw_and_the_page_goes_on() {
    let vectors = vectors::read();
    let page = page(&vectors);
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    for question in ["", "{", "null", "[]", "7", "\"\"", "{}", "{\"do\":7}", "{\"do\":\"dance\"}"] {
        let answer = answer(question);
        assert!(answer.is_empty() || answer == r#"{"acts":[],"said":[]}"#, "{question}: {answer}");
    }
    let odd = [
        json!(null),
        json!(0),
        json!(""),
        json!(true),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"name": {}}),
        json!({"get": 1}),
        json!(1e308),
        json!("\u{0}"),
    ];
    let purchase = |checkout: &Value| {
        json!({"name": "checkout_completed", "id": "x", "timestamp": "2025-11-22T08:26:40Z",
            "data": {"checkout": checkout}})
    };
    let mut events = odd.to_vec();
    for inside in &odd {
        events.push(purchase(inside));
        for field in
            ["token", "email", "billingAddress", "lineItems", "totalPrice", "order", "localization"]
        {
            events.push(purchase(&json!({field: inside})));
        }
        events.push(purchase(
            &json!({"lineItems": [inside, {"variant": inside, "quantity": inside}]}),
        ));
        events.push(json!({"name": "page_viewed", "timestamp": "2025-11-22T08:26:40Z",
            "context": inside}));
    }
    for event in &events {
        assert!(page.heard(event)["acts"].is_array(), "{event}");
    }
    for told in &odd {
        page.ask(json!({"do": "heed", "privacy": told}));
        page.ask(json!({"do": "heed_bridge", "event": told}));
        page.ask(json!({"do": "signalled"}));
        page.ask(json!({"do": "recall", "heard": told}));
        page.ask(json!({"do": "answered", "key": told, "status": told, "retryAfter": told, "said": told}));
        for jar in [told.clone(), json!({"cookie": 7, "storage": {"assent.outbox": told}})] {
            ask(&json!({"do": "woken", "jar": jar, "now": told}).to_string());
        }
    }
    ask(&format!(r#"{{"do":"heard","event":{},"now":1,"jar":{{}}}}"#, nested(100_000)));
    let row = vectors::rows(&vectors)
        .iter()
        .find(|row| row["why"] == "payment_info_submitted")
        .expect("a row");
    page.ask(json!({"do": "heed", "privacy": vectors["init"]}));
    page.ask(json!({"do": "signalled"}));
    vectors::check(&vectors, row, &page.heard(&row["event"]));
}

/// The shell's `JSON.stringify` leaves of a text that was cut in the middle of a character half of
/// it, and of an event of the shop's own any depth.
#[wasm_bindgen_test]
fn an_event_with_half_a_character_and_a_bottomless_part_is_reported() {
    let vectors = vectors::read();
    let row = vectors::rows(&vectors)
        .iter()
        .find(|row| row["event"]["name"] == "search_submitted")
        .expect("a row");
    let mut event = row["event"].clone();
    event["data"]["searchResult"] = json!({"query": "mug HALF", "deep": "DEEP"});
    let page = page(&vectors);
    let question = json!({"do": "heard", "event": event, "jar": page.jar, "now": page.now});
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    let text = question.to_string().replace("HALF", r"\ud83d").replace("\"DEEP\"", &deep);
    ask(&text);
    let plan = page.ask(json!({"do": "cleaned", "what": "path"}));
    let acts = plan["acts"].as_array().expect("a list");
    let track = acts.iter().find(|act| act["do"] == "track").expect("it is reported");
    assert_eq!(track["call"]["params"]["search_string"], "mug \u{fffd}");
}

#[wasm_bindgen_test]
fn texts_and_numbers_are_written_as_javascript_writes_them() {
    let vectors = vectors::read();
    let row = vectors::rows(&vectors)
        .iter()
        .find(|row| row["event"]["name"] == "search_submitted")
        .expect("a row");
    for query in [
        "a \"b\" \\ c/",
        "\u{0}\u{1}\u{8}\t\n\u{b}\u{c}\r\u{1f} \u{7f}",
        "Größe 38 – ½ 😀 \u{2028}",
    ] {
        let mut event = row["event"].clone();
        event["data"]["searchResult"]["query"] = json!(query);
        let page = page(&vectors);
        page.ask(json!({"do": "heard", "event": event}));
        let question = json!({"do": "cleaned", "what": "path", "jar": page.jar, "now": page.now});
        let answer = answer(&question.to_string());
        let again = JSON::stringify(&JSON::parse(&answer).expect("JSON")).expect("plain data");
        assert_eq!(String::from(again), answer);
        let quoted = String::from(JSON::stringify(&query.into()).expect("a text"));
        assert!(answer.contains(&quoted), "{answer}");
    }
}

#[wasm_bindgen_test]
fn a_hostile_start_does_not_throw_and_grants_nothing() {
    let vectors = vectors::read();
    let settings = js(&vectors["settings"]);
    for init in [json!(null), json!(7), json!({"customerPrivacy": {"marketingAllowed": "yes"}})] {
        let start = json!({"init": init, "kind": 7, "gpc": "no", "leg": "yes"});
        open(&settings, &start.to_string()).expect("settings");
        let plan: Value = serde_json::from_str(&answer(r#"{"do":"begin"}"#)).expect("JSON");
        assert_eq!(
            plan["acts"],
            json!([{"do": "look", "after": 1}]),
            "nothing but another look at the device: {init}"
        );
    }
}

#[wasm_bindgen_test]
fn settings_that_cannot_be_read_say_what_to_do() {
    let vectors = vectors::read();
    let with = |key: &str, value: Value| {
        let mut settings = vectors["settings"].clone();
        settings[key] = value;
        js(&settings)
    };
    let without = |key: &str| with(key, Value::Null);
    let cyclic = js_sys::eval("(() => { const own = {}; own.own = own; return own; })()");
    let thrower = js_sys::eval("({ get shop() { throw new Error('get'); } })");
    let mut wrong = vec![JsValue::UNDEFINED, JsValue::NULL, js(&json!([])), js(&json!({}))];
    wrong.extend([cyclic, thrower].map(|made| made.expect("the test's own expression")));
    wrong.push(js_sys::Symbol::iterator().into());
    wrong.extend(["shop", "pixelCode", "endpoint", "pixelScript", "cmp"].map(without));
    wrong.push(with("cmp", json!("unheard-of")));
    wrong.push(with("cmp", json!("gpc")));
    wrong.push(with("shop", json!("acme.example.com")));
    wrong.push(with("undecided", json!("maybe")));
    wrong.push(with("missing", json!("maybe")));
    wrong.push(with("missing", json!("shopify")));
    wrong.push(with("held", json!("maybe")));
    wrong.push(with("contentId", json!(7)));
    wrong.push(with("events", json!({"Purchas": ["server"]})));
    wrong.push(with("events", json!({"Purchase": ["sever"]})));
    wrong.push(with("customEvents", json!({"x": {"to": ["server"]}})));
    wrong.push(with("storefronts", json!([1])));
    for settings in wrong {
        let error = open(&settings, "{}").expect_err("wrong settings");
        let text = error.as_string().expect("an error is words");
        assert!(
            text.contains("settings cannot be read") && text.contains("print them again"),
            "{text}"
        );
    }
}

/// Blocks of every size are whole, apart from each other, and where their alignment wants them. (When
/// they are used again: js/test/memory.test.mjs, for while Rust is under way none is.)
#[wasm_bindgen_test]
fn no_two_blocks_overlap() {
    #[derive(Clone)]
    #[repr(align(64))]
    struct Aligned(u8);

    let mut blocks: Vec<(u8, Vec<u8>)> = Vec::new();
    let mut aligned = Vec::new();
    for step in 0..3_000_usize {
        let mark = u8::try_from(step % 251).expect("a byte");
        let size = 1 + (step * step * 31) % if step % 100 == 0 { 200_000 } else { 700 };
        blocks.push((mark, vec![mark; size]));
        aligned.push(Box::new(Aligned(mark)));
        assert_eq!(std::ptr::from_ref(&**aligned.last().expect("one")).addr() % 64, 0);
        if let (0, Some((mark, grown))) = (step % 10, blocks.last_mut()) {
            grown.extend(vec![*mark; 3_000]);
        }
    }
    assert!(blocks.iter().all(|(mark, block)| block.iter().all(|byte| byte == mark)));
    assert!((0_usize..).zip(&aligned).all(|(step, aligned)| usize::from(aligned.0) == step % 251));
}
