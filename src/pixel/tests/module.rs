//! The module in a browser: `cargo test -p assent-pixel --target wasm32-unknown-unknown`.
#![cfg(target_arch = "wasm32")]

#[path = "../../../tests/vectors/events.rs"]
mod vectors;

use assent_pixel::Pixel;
use js_sys::JSON;
use serde_json::{Value, json};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn js(value: &Value) -> JsValue {
    JSON::parse(&value.to_string()).expect("serde_json writes JSON")
}

/// The expression's value; it may be an object that no JSON can describe.
fn evaluated(expression: &str) -> JsValue {
    js_sys::eval(&["(", expression, ")"].concat()).expect("the test's own expression")
}

fn json_of(plan: &JsValue) -> Value {
    let text =
        JSON::stringify(plan).expect("a plan is plain data").as_string().expect("JSON is text");
    serde_json::from_str(&text).expect("JSON")
}

struct Page {
    pixel: Pixel,
    jar: JsValue,
    now: f64,
}

/// A page of a shopper who has agreed.
fn page(vectors: &Value) -> Page {
    let settings = vectors["settings"].to_string();
    let mut pixel = Pixel::new(&settings, js(&vectors["init"]), "custom", &JsValue::UNDEFINED)
        .expect("settings");
    pixel.cleaned("path");
    let jar =
        js(&json!({"cookie": vectors["cookie"], "fired": null, "outbox": null, "withdrawn": null}));
    Page { pixel, jar, now: vectors["now"].as_f64().expect("seconds") * 1000.0 + 250.0 }
}

impl Page {
    fn heard(&mut self, event: JsValue) -> Value {
        json_of(&self.pixel.heard(event, &self.jar, self.now))
    }
}

#[wasm_bindgen_test]
fn every_event_of_the_vectors_leaves_as_worked_out_by_hand() {
    let vectors = vectors::read();
    for row in vectors::rows(&vectors) {
        vectors::check(&vectors, row, &page(&vectors).heard(js(&row["event"])));
    }
}

#[wasm_bindgen_test]
fn a_plan_has_the_shape_its_documentation_says() {
    let vectors = vectors::read();
    let complete =
        vectors::rows(&vectors).iter().find(|row| row["event"]["name"] == "checkout_completed");
    let plan = page(&vectors).heard(js(&complete.expect("a purchase")["event"]));
    let keys =
        |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&plan), ["acts", "said"]);
    let acts = plan["acts"].as_array().expect("a list");
    let words: Vec<&Value> = acts.iter().map(|act| &act["do"]).collect();
    assert_eq!(words, ["send", "store", "clean", "load", "identify", "track", "store"]);
    let shape = |word: &str| keys(acts.iter().find(|act| act["do"] == word).expect("this act"));
    assert_eq!(shape("send"), ["body", "do", "key"]);
    assert_eq!(shape("store"), ["do", "key", "value"]);
    assert_eq!(shape("clean"), ["do", "referrer", "url"]);
    assert_eq!(shape("load"), ["do", "pixel", "script"]);
    assert_eq!(keys(&acts[4]["user"]), ["email", "external_id", "phone_number"]);
    assert_eq!(keys(&acts[5]["call"]), ["name", "options", "params"]);
}

#[wasm_bindgen_test]
fn the_cookie_of_a_grant_and_random_ids_come_from_the_randomness_of_the_browser() {
    let vectors = vectors::read();
    let mut cookies = Vec::new();
    for _ in 0..2 {
        let mut page = page(&vectors);
        page.jar = js(&json!({"cookie": "", "fired": null, "outbox": null, "withdrawn": null}));
        let plan = json_of(&page.pixel.begin(&page.jar, page.now));
        assert_eq!(plan["acts"][0]["do"], "cookie");
        let text = plan["acts"][0]["text"].as_str().expect("a cookie").to_owned();
        assert!(text.starts_with("_assent=") && text.find(';') == Some(8 + 48), "{text}");
        cookies.push(text);
    }
    assert_ne!(cookies[0], cookies[1]);
}

#[wasm_bindgen_test]
fn malformed_events_never_throw_and_the_page_goes_on() {
    let vectors = vectors::read();
    let mut page = page(&vectors);
    let thrower = "new Proxy({}, {get() { throw new Error('get') }, has() { throw 1 }, ownKeys() { throw 1 }, \
         getPrototypeOf() { throw 1 }, getOwnPropertyDescriptor() { throw 1 }})";
    let revoked =
        "(() => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return proxy; })()";
    let revoked_list =
        "(() => { const { proxy, revoke } = Proxy.revocable([], {}); revoke(); return proxy; })()";
    let throwing_list = "new Proxy([{}], {get() { throw new Error('list') }})";
    let cyclic = "(() => { const event = {name: 'checkout_completed', timestamp: '2025-11-22T08:26:40Z'}; \
         event.data = event; event.checkout = event; event.lineItems = [event]; event.variant = event; return event; })()";
    let purchase = |checkout: &str| {
        format!(
            "{{name: 'checkout_completed', id: 'x', timestamp: '2025-11-22T08:26:40Z', data: {{checkout: {checkout}}}}}"
        )
    };
    let mut hostile: Vec<String> =
        [thrower, revoked, revoked_list, throwing_list, cyclic].map(str::to_owned).to_vec();
    hostile.extend(
        [
            "undefined",
            "null",
            "0",
            "NaN",
            "''",
            "true",
            "Symbol()",
            "10n",
            "() => {}",
            "[]",
            "new Date()",
            "new Map()",
            "Object.create(null)",
            "document",
            "{get name() { throw new Error('getter') }}",
        ]
        .map(str::to_owned),
    );
    for inside in
        [thrower, revoked, revoked_list, throwing_list, "Symbol()", "10n", "() => {}", "NaN"]
    {
        hostile.push(purchase(inside));
        for field in
            ["token", "email", "billingAddress", "lineItems", "totalPrice", "order", "localization"]
        {
            hostile.push(purchase(&format!("{{{field}: {inside}}}")));
        }
        hostile.push(purchase(&format!(
            "{{lineItems: [{inside}, {{variant: {inside}, quantity: {inside}}}]}}"
        )));
        hostile.push(purchase(
            "{totalPrice: {amount: Infinity, currencyCode: 'EUR'}, lineItems: new Array(1e6)}",
        ));
        hostile.push(format!(
            "{{name: 'page_viewed', timestamp: '2025-11-22T08:26:40Z', context: {inside}}}"
        ));
    }
    for event in &hostile {
        let plan = page.heard(evaluated(event));
        assert!(plan["acts"].is_array(), "{event}");
    }
    for privacy in [thrower, revoked, "undefined", "7", "{customerPrivacy: 1}"] {
        page.pixel.heed(evaluated(privacy));
        page.pixel.signalled(&page.jar, page.now);
    }
    for jar in
        [thrower, revoked, "null", "{cookie: 1, fired: {}, outbox: [], withdrawn: 'x y z {'}"]
    {
        page.pixel.woken(&evaluated(jar), f64::NAN);
        page.pixel.answered("nobody", 0, Some(f64::INFINITY), &evaluated(jar), -1.0);
    }
    let vectors_row = vectors::rows(&vectors)
        .iter()
        .find(|row| row["why"] == "payment_info_submitted")
        .expect("a row");
    page.pixel.heed(js(&vectors["init"]));
    page.pixel.signalled(&page.jar, page.now);
    vectors::check(&vectors, vectors_row, &page.heard(js(&vectors_row["event"])));
}

#[wasm_bindgen_test]
fn a_hostile_start_does_not_throw_and_grants_nothing() {
    let vectors = vectors::read();
    let settings = vectors["settings"].to_string();
    for init in [
        "undefined",
        "7",
        "new Proxy({}, {get() { throw new Error('get') }})",
        "{customerPrivacy: {marketingAllowed: 'yes'}}",
    ] {
        let mut pixel = Pixel::new(&settings, evaluated(init), "custom", &evaluated("Symbol()"))
            .expect("settings");
        let _ = pixel.address();
        let plan = json_of(&pixel.begin(&JsValue::NULL, 0.0));
        assert_eq!(
            plan["acts"],
            json!([{"do": "wake", "after": 1}]),
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
        settings.to_string()
    };
    let without = |key: &str| with(key, Value::Null);
    let mut wrong =
        vec![String::new(), "{".to_owned(), "null".to_owned(), "[]".to_owned(), "{}".to_owned()];
    wrong.extend(["shop", "pixelCode", "endpoint", "pixelScript", "cmp"].map(without));
    wrong.push(with("cmp", json!("unheard-of")));
    wrong.push(with("cmp", json!("gpc")));
    wrong.push(with("shop", json!("acme.example.com")));
    wrong.push(with("undecided", json!("maybe")));
    wrong.push(with("contentId", json!(7)));
    wrong.push(with("events", json!({"Purchas": ["server"]})));
    wrong.push(with("events", json!({"Purchase": ["sever"]})));
    wrong.push(with("customEvents", json!({"x": {"to": ["server"]}})));
    wrong.push(with("storefronts", json!([1])));
    for settings in wrong {
        let error =
            Pixel::new(&settings, JsValue::NULL, "custom", &JsValue::NULL).expect_err(&settings);
        let text = error.as_string().expect("an error is words");
        assert!(
            text.contains("settings cannot be read") && text.contains("print them again"),
            "{text}"
        );
    }
}
