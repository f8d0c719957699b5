//! Where a file is no TOML, in the words of whoever writes one. No line is repeated: it may hold a
//! secret that lacks its quotes.

use std::ops::Range;

use serde_json::Value as Schema;
use toml::de::Error;

use super::fault::{Fault, Place};
use super::schema::schema;

/// One fault a line: what follows on it is mostly the same mistake.
pub(super) fn faults(text: &str, errors: &[Error]) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for error in errors {
        let place = point(text, error.span());
        let is_told = |told: &Fault| line(told.place) == line(place);
        if !faults.iter().any(is_told) {
            let what = line(place).and_then(|line| unquoted(text.lines().nth(line - 1)?));
            faults.push(Fault::at(place, what.unwrap_or_else(|| of_parser(error))));
        }
    }
    Fault::sort(&mut faults);
    faults
}

/// Where a span begins.
pub(super) fn point(text: &str, span: Option<Range<usize>>) -> Place {
    let Some(before) = span.and_then(|span| text.get(..span.start)) else { return Place::Nowhere };
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    Place::Point(before.matches('\n').count() + 1, column)
}

fn line(place: Place) -> Option<usize> {
    match place {
        Place::Point(line, _) | Place::Line(line) => Some(line),
        Place::Nowhere => None,
    }
}

/// `listen = 127.0.0.1:8787`, and its like. Only a setting's own name is repeated: before the equals
/// sign may stand a secret too, for base64 ends with it.
fn unquoted(line: &str) -> Option<String> {
    let (key, value) = line.split_once('=')?;
    let (key, value) = (key.trim(), value.trim());
    let is_bare = !value.is_empty() && !value.starts_with(['"', '\'', '[', '{', '#']);
    let is_setting = key.split('.').all(|part| names_a_setting(schema(), part));
    (is_bare && is_setting).then(|| format!("text needs quotes: {key} = \"…\""))
}

/// Whether any table of the file has a key of this name.
fn names_a_setting(schema: &Schema, name: &str) -> bool {
    let properties = schema["properties"].as_object();
    let below = properties.into_iter().flat_map(serde_json::Map::values);
    properties.is_some_and(|own| own.contains_key(name))
        || below.chain(schema.get("items")).any(|below| names_a_setting(below, name))
}

/// The parser's own words hold nothing of the file.
fn of_parser(error: &Error) -> String {
    format!("this is no TOML: {}", error.message().replace('\n', " "))
}
