//! What records say, and what nothing may make them say.

mod effort;
mod iab;
mod mutation;
mod reading;
#[expect(unreachable_pub, reason = "tests/fuzz reads with this file too")]
mod strict;
mod vectors;
mod vendors;

use serde_json::Value;

use super::*;
use crate::consent::source::Source;
use crate::jar::Stored;

fn rows(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("the vectors are JSON")
}

/// `value_gen` is a Python expression for a value that is too long to store: `'x'*n`, joined by
/// `+`, `q(…)` percent-encodes.
fn generated(expression: &str) -> String {
    let inner = expression.strip_prefix("q(").and_then(|rest| rest.strip_suffix(')'));
    if let Some(inner) = inner {
        return generated(inner)
            .bytes()
            .map(|b| {
                if b.is_ascii_alphanumeric() {
                    char::from(b).to_string()
                } else {
                    format!("%{b:02X}")
                }
            })
            .collect();
    }
    expression
        .split('+')
        .map(|part| {
            let (text, times) = part.rsplit_once('*').unwrap_or((part, "1"));
            text.trim()
                .trim_matches(['\'', '"'])
                .repeat(times.trim().parse().expect("a number of times"))
        })
        .collect()
}

fn jar_of(row: &Value, own: bool) -> Jar {
    let mut pairs: Vec<(String, String)> = row["companion"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    let value = row["value_gen"]
        .as_str()
        .map_or_else(|| row["value"].as_str().unwrap().to_owned(), generated);
    if own {
        pairs.insert(0, (row["key"].as_str().unwrap().to_owned(), value));
    }
    if row["store"] == "cookie" {
        let cookie = pairs
            .iter()
            .map(|(key, value)| format!("{key}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        return Jar { cookie: Some(cookie.into()), ..Jar::default() };
    }
    Jar {
        storage: pairs
            .into_iter()
            .map(|(key, value)| (key.into(), Stored::Text(value.into())))
            .collect(),
        ..Jar::default()
    }
}

#[test]
fn a_shop_can_name_the_tools_that_have_a_reader_and_no_other_word() {
    let others = ["shopify", "auto", "gpc", "gpp", "usp", "google-ac", "", "OneTrust", "one trust"];
    for word in Source::CMPS.into_iter().chain(others) {
        assert_eq!(cmp(word), word.parse().ok(), "{word}");
    }
}
