use super::*;

/// Whatever serde_json reads (whole numbers apart), this reads; what it refuses, this refuses.
#[test]
fn it_reads_what_a_well_known_reader_reads() {
    for text in [
        "null",
        " true ",
        "false",
        "0",
        "-1",
        "12.5",
        "1e3",
        "-0.0E-2",
        "\"\"",
        "\"a\\u00e9\\ud83d\\ude00\\n\\/\"",
        "[]",
        "[1,[2],{}]",
        "{\"a\":{\"b\":[true,null,\"x\"]}}",
        "{\"é\":1}",
        "",
        "nul",
        "tru",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "--1",
        "\"",
        "\"\\x\"",
        "\"\\ud83d\"",
        "\"\\udc00\"",
        "\"\u{1}\"",
        "[1,]",
        "[1 2]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{'a':1}",
        "{\"a\":1,}",
        "[1]x",
        "\"\\u12\"",
        "[",
        "{",
        "\u{feff}1",
    ] {
        let known: Option<serde_json::Value> = serde_json::from_str(text).ok();
        assert_eq!(
            Json::parse(text).map(|json| plain(&json)),
            known.map(|value| without_fractions(&value)),
            "{text}"
        );
    }
}

fn plain(json: &Json) -> serde_json::Value {
    match json {
        Json::Null => serde_json::Value::Null,
        Json::Bool(flag) => (*flag).into(),
        Json::Number(_) => json.whole().map_or("fraction".into(), Into::into),
        Json::Text(text) => text.as_str().into(),
        Json::List(items) => items.iter().map(plain).collect(),
        Json::Object(members) => serde_json::Value::Object(
            members.iter().map(|(key, value)| (key.as_str().to_owned(), plain(value))).collect(),
        ),
    }
}

fn without_fractions(value: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value::{Array, Bool, Null, Number, Object, String};
    match value {
        Number(number) if !number.is_i64() => "fraction".into(),
        Array(items) => items.iter().map(without_fractions).collect(),
        Object(members) => {
            Object(members.iter().map(|(key, v)| (key.clone(), without_fractions(v))).collect())
        }
        Null | Bool(_) | Number(_) | String(_) => value.clone(),
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    assert!(Json::parse(&nested(12)).is_some());
    assert!(Json::parse(&nested(13)).is_none());
    assert!(Json::parse(&"[".repeat(16_000)).is_none());
}

#[test]
fn a_question_is_read_whatever_stands_deep_in_it_or_is_cut_in_half() {
    let question = |text: &str| Json::question(text).map(|json| plain(&json));
    let nested = |levels: usize| format!(r#"{}"]}}"{}"#, "[".repeat(levels), "]".repeat(levels));
    let deep = format!(r#"{{"a":1,"deep":{},"b":2}}"#, nested(100_000));
    let read = Json::question(&deep).expect("the rest is read");
    assert_eq!((read.number_at("a"), read.number_at("b")), (Some(1), Some(2)));
    assert!(plain(&read)["deep"].to_string().len() < 200);
    for (text, expected) in [
        (r#""\ud83d""#, "\u{fffd}"),
        (r#""\ude00!""#, "\u{fffd}!"),
        (r#""\ud83d\n""#, "\u{fffd}\n"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}\u{1f600}"),
        (r#""\ud83d\u0041""#, "\u{fffd}A"),
    ] {
        assert_eq!(question(text), Some(expected.into()), "{text}");
    }
    for wrong in ["", "{", "[1,]", r#""\ud83""#, &"[".repeat(1000), "{} {}"] {
        assert_eq!(question(wrong), None, "{wrong}");
    }
}

#[test]
fn members_that_stand_twice_are_both_seen_and_two_texts_are_none() {
    let json = |text: &str| Json::parse(text).unwrap();
    let seen = |text: &str, path: &str| {
        let mut seen = Vec::new();
        json(text).each(path, &mut |value| seen.push(plain(value)));
        seen
    };
    assert_eq!(seen("{\"m\":true,\"m\":false}", "m"), [true, false]);
    assert_eq!(seen("{\"a\":{\"m\":1},\"a\":{\"m\":2},\"b\":{\"m\":3}}", "a.m"), [1, 2]);
    assert_eq!(seen("\"x\"", ""), ["x"]);
    assert_eq!(json("{\"t\":\"a\",\"t\":\"b\"}").text_at("t"), None);
    assert_eq!(json("{\"n\":1,\"n\":2}").number_at("n"), None);
    assert_eq!(json("{\"n\":1.5}").number_at("n"), None);
}
