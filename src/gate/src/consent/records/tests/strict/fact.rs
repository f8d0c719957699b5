//! What the second reader asks of a value.

use serde_json::Value;

pub(super) fn is(fact: bool) -> Option<()> {
    fact.then_some(())
}

/// There is one, and each is so.
pub(super) fn every(mut facts: impl Iterator<Item = bool>) -> Option<()> {
    is(facts.next()? && facts.all(|fact| fact))
}

pub(super) fn is_marketing(name: &str) -> bool {
    ["marketing", "advertising", "advertisement", "ads", "targeting"]
        .contains(&name.to_ascii_lowercase().as_str())
}

pub(super) fn is_tiktok(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("tiktok")
}

pub(super) fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// A list of numbers and nothing else, with one in it at least.
pub(super) fn numbers<'a>(list: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    let number = |word: &str| {
        is(word.bytes().all(|byte| byte.is_ascii_digit()))?;
        Some(word.trim_start_matches('0').to_owned())
    };
    let list: Option<Vec<String>> = list.map(number).collect();
    list.filter(|list| !list.is_empty())
}
