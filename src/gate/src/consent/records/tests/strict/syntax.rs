//! How the notations of docs/facts/consent.md are read strictly: a text that is not whole to its
//! last sign is nothing.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::is;

/// Percent-decoded exactly once.
pub(super) fn once(text: &str) -> Option<String> {
    let mut pieces = text.split('%');
    let mut bytes = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let digits = piece
            .get(..2)
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(&piece.as_bytes()[2..]);
    }
    String::from_utf8(bytes).ok()
}

/// Named values between signs. None where a piece is not one, or a name stands twice with two
/// values.
pub(super) fn members(text: &str, between: char, within: char) -> Option<Vec<(&str, &str)>> {
    let mut found: Vec<(&str, &str)> = Vec::new();
    for piece in text.split(between).filter(|piece| !piece.is_empty()) {
        let (name, value) = piece.split_once(within)?;
        is(found.iter().all(|(own, other)| *own != name || *other == value))?;
        found.push((name, value));
    }
    Some(found)
}

/// JSON as it stands, else percent-decoded once.
pub(super) fn json(text: &str) -> Option<Value> {
    once(text)?; // a bare `%` has no place in either
    whole(text).or_else(|| whole(&once(text)?))
}

pub(super) fn base64_json(text: &str) -> Option<Value> {
    let text = once(text)?;
    let mut bits = String::new();
    for c in text.trim_end_matches('=').chars() {
        bits.push_str(&format!("{:06b}", sextet(c)?));
    }
    is(bits.len() % 8 < 6)?;
    let bytes = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|bits| u8::from_str_radix(std::str::from_utf8(bits).ok()?, 2).ok());
    whole(&String::from_utf8(bytes.collect::<Option<_>>()?).ok()?)
}

fn sextet(c: char) -> Option<u32> {
    Some(match c {
        'A'..='Z' => u32::from(c) - 65,
        'a'..='z' => u32::from(c) - 97 + 26,
        '0'..='9' => u32::from(c) - 48 + 52,
        '+' | '-' => 62,
        '/' | '_' => 63,
        _ => return None,
    })
}

/// One JSON value of at most 12 levels in which no name stands twice.
pub(super) fn whole(text: &str) -> Option<Value> {
    let Unique(value) = serde_json::from_str(text).ok()?;
    fn levels(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(levels).max().unwrap_or(0),
            Value::Object(members) => 1 + members.values().map(levels).max().unwrap_or(0),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
        }
    }
    (levels(&value) <= 12).then_some(value)
}

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// Cookiebot's flat literal, percent-decoded once.
pub(super) fn literal(text: &str) -> Option<Map<String, Value>> {
    let text = once(text)?;
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    is(!inner.contains(['"', '\\']) && !inner.contains(|c: char| c < ' ' && !BLANKS.contains(&c)))?;
    let mut fields = Map::new();
    let (mut rest, mut more) = (inner, true);
    while more {
        let (name, value) = rest.split_once(':')?;
        is(!name.contains(['\'', ',', '{', '}']))?;
        let end;
        let value = value.trim_start_matches(BLANKS);
        let value = match value.strip_prefix('\'') {
            Some(quoted) => {
                let (word, after) = quoted.split_once('\'')?;
                end = after.trim_start_matches(BLANKS);
                Value::from(word)
            }
            None => {
                let (word, _) = value.split_once(',').unwrap_or((value, ""));
                end = &value[word.len()..];
                whole(word).filter(|word| !word.is_object() && !word.is_array())?
            }
        };
        is(fields.insert(name.to_owned(), value).is_none())?;
        more = !end.is_empty();
        rest = if more { end.strip_prefix(',')? } else { "" };
    }
    Some(fields)
}

/// Purposes 1, 3, 4 and 7 consented to, in a TC string of version 2 that is whole to its last bit
/// (docs/facts/consent.md#tc-strings).
pub(super) fn tcf(text: &str) -> Option<()> {
    let segments: Vec<Vec<bool>> = text.split('.').map(bits).collect::<Option<_>>()?;
    let (core, others) = segments.split_first()?;
    is(number(core, 0, 6)? == 2 && *core.get(138)?)?;
    let consents = |segment: &[bool], from: usize| {
        [1, 3, 4, 7]
            .iter()
            .map(|purpose| segment.get(from + purpose - 1).copied())
            .collect::<Option<Vec<bool>>>()
    };
    is(consents(core, 152)? == [true; 4])?;
    let mut at = vendors(core, vendors(core, 213)?)?;
    let restrictions = number(core, at, 12)?;
    at += 12;
    for _ in 0..restrictions {
        at = entries(core, at + 8)?;
    }
    ends(core, at)?;
    for segment in others {
        match number(segment, 0, 3)? {
            1 | 2 => ends(segment, vendors(segment, 3)?)?,
            3 => {
                let custom = number(segment, 51, 6)?;
                ends(segment, 57 + 2 * custom)?;
                is(number(segment, 3, 24)? + number(segment, 27, 24)? == 0
                    || consents(segment, 3)? == [true; 4])?;
            }
            _ => return None,
        }
    }
    Some(())
}

fn bits(text: &str) -> Option<Vec<bool>> {
    let mut bits = Vec::new();
    for c in text.chars() {
        let six = sextet(c).filter(|_| c != '+' && c != '/')?;
        bits.extend((0..6).rev().map(|bit| six >> bit & 1 == 1));
    }
    Some(bits)
}

fn number(bits: &[bool], at: usize, width: usize) -> Option<usize> {
    Some(bits.get(at..at + width)?.iter().fold(0, |number, bit| number * 2 + usize::from(*bit)))
}

fn vendors(bits: &[bool], at: usize) -> Option<usize> {
    let highest = number(bits, at, 16)?;
    if *bits.get(at + 16)? {
        return entries(bits, at + 17);
    }
    bits.get(at..at + 17 + highest)?;
    Some(at + 17 + highest)
}

/// Vendors decide nothing here, so they are counted over and not looked at.
fn entries(bits: &[bool], at: usize) -> Option<usize> {
    let count = number(bits, at, 12)?;
    let mut at = at + 12;
    for _ in 0..count {
        at += if *bits.get(at)? { 33 } else { 17 };
    }
    bits.get(..at)?;
    Some(at)
}

/// The segment reaches so far, and what is left is padding.
fn ends(bits: &[bool], at: usize) -> Option<()> {
    is(bits.get(at..)?.iter().all(|bit| !bit))
}

/// serde_json's tree, refused where a name stands twice in one object.
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Tree)
    }
}

struct Tree;

impl<'de> Visitor<'de> for Tree {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique(Value::Null))
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Unique, E> {
        Ok(Unique(Value::Bool(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Unique, E> {
        Ok(Unique(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Unique, E> {
        Ok(Unique(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Unique, E> {
        Ok(Unique(Number::from_f64(number).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Unique, E> {
        Ok(Unique(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unique, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Unique(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unique, A::Error> {
        let mut members = Map::new();
        while let Some((name, Unique(value))) = entries.next_entry::<String, Unique>()? {
            if members.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(Unique(Value::Object(members)))
    }
}
