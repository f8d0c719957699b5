use serde_json::{Value, json};

use super::*;

fn lost(bytes: &[u8]) -> (Value, String) {
    let read = read(bytes);
    assert!(read.is_whole, "{}", String::from_utf8_lossy(bytes));
    (read.value, read.lost.to_string())
}

/// What RFC 8259 calls JSON, as serde_json reads it.
#[test]
fn what_is_json_is_read_as_any_reader_would() {
    for text in [
        r#"{"a":1,"b":[true,false,null,"x",{}],"c":{"d":[]}}"#,
        r#"  {"id" : 5678901234567, "n":-0.5e-3 , "big":18446744073709551615, "huge":1e300 } "#,
        r#"{"s":"\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00 ü 😀"}"#,
        r#"{"total_price":"24.00","nothing":"","same":1,"same":1}"#,
        "[1,[2,[3]]]",
        "\"x\"",
        "7",
        "null",
        "{}",
        "[]",
    ] {
        let expected: Value = serde_json::from_str(text).expect("it is JSON");
        assert_eq!(lost(text.as_bytes()), (expected, String::new()), "{text}");
    }
}

/// Each stands in the place of one field, beside one that must survive.
#[test]
fn what_is_none_costs_its_own_field() {
    let deep = |open: &str, close: &str, levels: usize| {
        [open.repeat(levels), close.repeat(levels)].concat().into_bytes()
    };
    let cases: Vec<Vec<u8>> = vec![
        // Half a surrogate pair: an emoji that a form has cut off.
        br#""thanks \ud83d""#.to_vec(),
        br#""\ude00 thanks""#.to_vec(),
        br#""\ud83d\ud83d""#.to_vec(),
        br#""\ud83dx""#.to_vec(),
        br#""\ud83d\n""#.to_vec(),
        // Escapes that are none.
        br#""\x41""#.to_vec(),
        br#""\u12""#.to_vec(),
        br#""\u+123""#.to_vec(),
        br#""\u00g0""#.to_vec(),
        // NUL.
        br#""a\u0000b""#.to_vec(),
        b"\"a\0b\"".to_vec(),
        // No UTF-8: Latin-1, a cut sequence, a surrogate as CESU-8 writes it.
        b"\"Stra\xdfe\"".to_vec(),
        b"\"\xf0\x9f\x98\"".to_vec(),
        b"\"\xed\xa0\xbd\"".to_vec(),
        // Numbers out of range, cut off, or of other languages.
        b"1e999".to_vec(),
        b"-1e999".to_vec(),
        b"12.".to_vec(),
        b"12e".to_vec(),
        b"-".to_vec(),
        b".5".to_vec(),
        b"+5".to_vec(),
        b"01".to_vec(),
        b"15x".to_vec(),
        b"NaN".to_vec(),
        b"Infinity".to_vec(),
        b"undefined".to_vec(),
        b"True".to_vec(),
        b"nul".to_vec(),
        b"".to_vec(),
        deep("[", "]", 130),
        deep("[{\"a\":", "}]", 130),
        deep("[", "]", 1_000_000),
        br#"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["]]]{{\"",{}]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"#
            .to_vec(),
    ];
    for odd in cases {
        let shown = String::from_utf8_lossy(&odd[..odd.len().min(40)]).into_owned();
        let body = [br#"{"note":"#, odd.as_slice(), br#","id":7}"#].concat();
        let (value, lost_fields) = lost(&body);
        assert_eq!(value["id"], 7, "{shown}");
        assert_eq!(lost_fields.trim_end_matches(".a"), "note", "{shown}");
        assert!(!value["note"].is_string() && !value["note"].is_number(), "{shown}");
        let list =
            [br#"{"id":7,"line_items":[{"title":"#, odd.as_slice(), br#","sku":"x"}]}"#].concat();
        let (value, lost_fields) = lost(&list);
        assert_eq!(
            (&value["id"], &value["line_items"][0]["sku"]),
            (&json!(7), &json!("x")),
            "{shown}"
        );
        assert_eq!(lost_fields.trim_end_matches(".a"), "line_items.title", "{shown}");
    }
}

#[test]
fn of_two_values_under_one_name_none_counts() {
    let (value, fields) = lost(br#"{"a":1,"b":2,"a":3,"c":{"d":1,"d":1}}"#);
    assert_eq!((value, fields.as_str()), (json!({"a": null, "b": 2, "c": {"d": 1}}), "a"));
    assert_eq!(lost(br#"{"a":1,"a":2,"a":2}"#).0, json!({"a": null}));
    assert_eq!(lost(br#"{"a":1,"\u0061":2}"#).1, "a", "an escape is the same name");
}

#[test]
fn a_name_that_is_no_text_takes_its_value_along_and_is_not_told() {
    let (value, fields) = lost(b"{\"mina@example.com \\ud83d\":{\"x\":1},\"id\":7}");
    assert_eq!((value, fields.as_str()), (json!({"id": 7}), "…"));
    let (_, fields) =
        lost(br#"{"Mina Muster, 030 901820":1e999,"2026":1e999,"a":{"mina@example.com":1e999}}"#);
    assert_eq!(fields, "a.…, …", "nothing that is not in Shopify's manner");
}

#[test]
fn what_stands_around_it_does_not_matter() {
    for text in [
        "\u{feff}{\"id\":7}",
        "{\"id\":7}\0\0",
        "\n{\"id\":7} \u{1a}",
        "{\"id\":7,}",
        "{,\"id\":7}",
        "{\"id\":7}{\"id\":8}",
        "{\"id\"\0:7}",
    ] {
        assert_eq!(lost(text.as_bytes()).0, json!({"id": 7}), "{text:?}");
    }
}

/// Nobody knows what would have followed, whether it was a test order for one.
#[test]
fn what_breaks_off_is_not_whole_and_shows_what_was_read() {
    let whole =
        br#"{"id":7,"note":"thanks \ud83d","line_items":[{"title":"Pot","price":"12.00"},[1,{}]]}"#;
    assert!(read(whole).is_whole);
    for end in 0..whole.len() {
        assert!(!read(&whole[..end]).is_whole, "{end}");
    }
    assert_eq!(read(&whole[..60]).value["id"], 7);
    for text in [
        "",
        " ",
        "{\"id\":7 \"a\":1}",
        "{\"id\" 7}",
        "{7:1}",
        "{\"id\":7]",
        "[1 2]",
        "{\"a\":\"x\"y\"}",
        "<html>",
        "{'id':7}",
    ] {
        let read = read(text.as_bytes());
        assert!(!read.is_whole || !read.value.is_object(), "{text}");
    }
}

#[test]
fn a_hundred_lost_fields_are_a_short_sentence() {
    let fields: Vec<String> =
        ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("\"{a}{b}\":1e999"))).collect();
    let (_, lost) = lost(format!("{{{}}}", fields.join(",")).as_bytes());
    assert_eq!(lost, "aa, ab, ac, ad, ae and 45 more");
}

/// A tree of them would be many times as long as their text.
#[test]
fn three_hundred_thousand_values_are_read_and_no_more() {
    for (count, is_whole) in [(299_998, true), (300_000, false)] {
        let text = format!("{{\"id\":[{}0]}}", "0,".repeat(count - 1));
        assert_eq!(read(text.as_bytes()).is_whole, is_whole, "{count}");
    }
    let read = read(format!("{{\"id\":7,\"a\":[{}0]}}", "0,".repeat(4_000_000)).as_bytes());
    assert_eq!((read.is_whole, &read.value["id"]), (false, &json!(7)));
    assert!(read.value["a"].as_array().is_some_and(|values| values.len() < 300_001));
}
