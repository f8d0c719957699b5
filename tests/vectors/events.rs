//! Reads events.json, and says what a plan must hold for each row. The native gate and the built
//! module both use it.

use serde_json::Value;

pub(super) fn read() -> Value {
    serde_json::from_str(include_str!("events.json")).expect("events.json is JSON")
}

pub(super) fn rows(vectors: &Value) -> &[Value] {
    vectors["rows"].as_array().expect("rows is a list")
}

/// The vectors' settings with those of the row.
pub(super) fn settings(vectors: &Value, row: &Value) -> Value {
    let mut settings = vectors["settings"].clone();
    for (name, value) in row["settings"].as_object().into_iter().flatten() {
        settings[name] = value.clone();
    }
    settings
}

/// `plan` is `{acts: […], said: […]}` as the shell gets it.
pub(super) fn check(vectors: &Value, row: &Value, plan: &Value) {
    let why = &row["why"];
    let acts = plan["acts"].as_array().expect("a plan has acts");
    let of = |what: &str| acts.iter().filter(|act| act["do"] == what).collect::<Vec<_>>();
    let (sends, tracks, pages) = (of("send"), of("track"), of("page"));
    let mut expected = plain(&row["expect"]);
    if row["random"] == true {
        let id = tracks[0]["call"]["options"]["event_id"].as_str().expect("an id").to_owned();
        assert!(
            id.len() == 32
                && id.bytes().all(|b| b.is_ascii_hexdigit())
                && expected["server"]["event_id"] != *id
        );
        expected["server"]["event_id"] = Value::from(id.as_str());
        expected["browser"]["options"]["event_id"] = Value::from(id);
    }
    let call = &expected["browser"];
    if call.is_null() {
        assert!(tracks.is_empty() && pages.is_empty(), "nothing for TikTok's pixel: {why}");
    } else if call == "page" {
        assert!(tracks.is_empty() && pages.len() == 1, "ttq.page() once: {why}");
    } else {
        assert!(tracks.len() == 1 && pages.is_empty(), "one call of TikTok's pixel: {why}");
        assert_eq!(plain(&tracks[0]["call"]), *call, "{why}");
    }
    let events: Vec<Value> = sends.iter().flat_map(|send| sent(vectors, send, why)).collect();
    if expected["server"].is_null() {
        assert!(events.is_empty(), "no event for the endpoint: {why}");
    } else {
        assert_eq!(events, [expected["server"].clone()], "{why}");
    }
    let said = plan["said"].as_array().expect("a plan has lines for the debug console");
    let left_out =
        |line: &&Value| line["done"].as_str().is_some_and(|done| done.contains("no value"));
    if let Some(line) = said.iter().find(left_out) {
        let words = row["said"].as_str().unwrap_or_else(|| panic!("{line} of {why}"));
        assert!(line["done"].as_str().is_some_and(|done| done.contains(words)), "{line}: {why}");
    } else {
        assert!(said.is_empty() || row["said"].is_null(), "nothing is dropped in silence: {why}");
    }
    if expected["server"].is_null() && expected["browser"].is_null() {
        assert!(acts.is_empty(), "nothing at all: {why}: {acts:?}");
    }
}

/// The events of one beacon, which holds nothing raw.
fn sent(vectors: &Value, send: &Value, why: &Value) -> Vec<Value> {
    let text = send["body"].as_str().expect("a body is text");
    let body: Value = serde_json::from_str(text).expect("a body is JSON");
    assert_eq!(body["v"], 1, "{why}");
    assert_eq!(body["shop"], "acme.myshopify.com", "{why}");
    assert_eq!(plain(&body["sent_at"]), plain(&vectors["now"]), "{why}");
    assert_eq!(body["cart"], vectors["cart"], "{why}");
    assert_eq!(body["consent"]["rule"], "shopify_only", "{why}");
    let events = plain(&body["events"]).as_array().expect("events is a list").clone();
    assert!(
        events.iter().all(|event| event["checkout"] == body["checkout"]),
        "the beacon names its checkout: {why}"
    );
    let secrets = [
        "3f9a1c0b7d2e4f60a1b2c3d4e5f60718",
        "00112233445566778899aabbccddeeff",
        "@Example",
        "@example",
        "2345678",
        "Brien",
        "jane",
        "CLICKID",
    ];
    for raw in secrets {
        assert!(!text.contains(raw), "{raw} left the browser: {why}");
    }
    events
}

/// Numbers alike, however they were written: 15 is 15.0.
fn plain(value: &Value) -> Value {
    match value {
        Value::Number(number) => Value::from(number.as_f64()),
        Value::Array(items) => items.iter().map(plain).collect(),
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::String(_) => value.clone(),
    }
}
