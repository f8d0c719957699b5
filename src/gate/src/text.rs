//! Texts, and small conversions that several readers share.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A text that is kept: made once, never changed. Read it as `&str`.
///
/// In the module it is as long as an address, copied like one, and never freed by itself: the
/// module's allocator finds out what is no longer in use (src/pixel/src/blocks.rs). Elsewhere it is a
/// `String` that is freed as any other. (docs/size.md says what that saves.)
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Text(Kept);

#[cfg(all(feature = "swept", not(target_pointer_width = "32")))]
compile_error!("a server would never free a text: only the module's allocator finds them");

#[cfg(not(feature = "swept"))]
type Kept = String;

#[cfg(not(feature = "swept"))]
fn kept(text: String) -> Kept {
    text
}

#[cfg(feature = "swept")]
type Kept = &'static &'static str;

#[cfg(feature = "swept")]
#[inline(never)]
fn kept(text: String) -> Kept {
    let text: &'static str = text.leak();
    Box::leak(Box::new(text))
}

impl Text {
    pub fn as_str(&self) -> &str {
        let Self(kept) = self;
        kept
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl Default for Text {
    fn default() -> Self {
        Self::from("")
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(kept(text))
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(kept(text.to_owned()))
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0.to_string()
    }
}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.as_str() == other
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

impl PartialEq<Text> for &str {
    fn eq(&self, other: &Text) -> bool {
        *self == other.as_str()
    }
}

impl PartialEq<Text> for str {
    fn eq(&self, other: &Text) -> bool {
        self == other.as_str()
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Decimal digits, without `format!`, which would double the module's size.
pub fn decimal(n: u64) -> String {
    let mut digits = if n < 10 { String::new() } else { decimal(n / 10) };
    digits.push(char::from(b'0' + (n % 10).to_le_bytes()[0]));
    digits
}

/// Decodes exactly once. `None` for a bare `%` or what is no UTF-8.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => nibble(rest.next()?)? << 4 | nibble(rest.next()?)?,
            plain => plain,
        });
    }
    of_utf8(&bytes)
}

/// As `String::from_utf8`, which is made for long texts and weighs accordingly.
pub fn of_utf8(bytes: &[u8]) -> Option<String> {
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(first) = rest.next() {
        // How many bytes follow, and the lowest sign that needs as many.
        let (more, lowest) = match first {
            0..=0x7f => (0, 0),
            0xc0..=0xdf => (1, 0x80),
            0xe0..=0xef => (2, 0x800),
            0xf0..=0xf7 => (3, 0x1_0000),
            _ => return None,
        };
        let mut sign = u32::from(first & 0x7f >> more);
        for _ in 0..more {
            let byte = rest.next().filter(|byte| **byte & 0xc0 == 0x80)?;
            sign = sign << 6 | u32::from(byte & 0x3f);
        }
        text.push(char::from_u32(sign).filter(|sign| u32::from(*sign) >= lowest)?);
    }
    Some(text)
}

/// Decoded as often as it takes, as far as it can be: a `%` that begins no escape stays. A full-width
/// sign is ASCII's, a `+` behind a word a space.
pub fn decoded(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text.bytes() {
        let joins = byte == b'+' && out.last().is_some_and(|last: &u8| is_of_a_word(*last));
        out.push(if joins { b' ' } else { byte });
        // What has just been decoded may be the end of another escape.
        while let Some(sign) = escape(&out) {
            out.truncate(out.len() - 3);
            out.push(sign);
        }
    }
    out
}

/// The same as a text, where it is one.
#[inline(never)]
pub fn whole_text(text: &str) -> Option<String> {
    of_utf8(&decoded(text))
}

/// The same, or decoded once where the inmost is no UTF-8: what stands beside it can still be read.
#[inline(never)]
pub fn text_within(text: &str) -> Option<String> {
    whole_text(text).or_else(|| percent_decoded(text))
}

fn is_of_a_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || !byte.is_ascii() || byte == b')'
}

/// What the last three bytes are an escape or a full-width form (U+FF01 to U+FF3F) of.
fn escape(bytes: &[u8]) -> Option<u8> {
    match *bytes {
        [.., b'%', high, low] => Some(nibble(high)? << 4 | nibble(low)?),
        [.., 0xef, 0xbc, sign @ 0x81..=0xbf] => Some(sign - 0x60),
        [.., 0xef, 0xb9, 0xab] => Some(b'@'), // the small one, U+FE6B
        _ => None,
    }
}

fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

// The standard library looks for any character in any direction, by way of searchers that weigh
// more than all that is looked for here: single signs of ASCII in short texts.

/// As `str::split_once`.
pub fn cut(text: &str, sign: u8) -> Option<(&str, &str)> {
    around(text, text.bytes().position(|byte| byte == sign)?)
}

/// As `str::rsplit_once`.
pub fn cut_last(text: &str, sign: u8) -> Option<(&str, &str)> {
    around(text, text.bytes().rposition(|byte| byte == sign)?)
}

fn around(text: &str, at: usize) -> Option<(&str, &str)> {
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What stands before the first `sign`; all of it where there is none.
pub fn before(text: &str, sign: u8) -> &str {
    cut(text, sign).map_or(text, |(before, _)| before)
}

/// As `str::split`.
pub fn split(text: &str, sign: u8) -> impl Iterator<Item = &str> {
    Split { rest: Some(text), sign }
}

struct Split<'a> {
    rest: Option<&'a str>,
    sign: u8,
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest?;
        let (part, rest) =
            cut(text, self.sign).map_or((text, None), |(part, rest)| (part, Some(rest)));
        self.rest = rest;
        Some(part)
    }
}

/// Shows the runs of signs that fit.
pub fn runs(text: &str, fits: fn(u8) -> bool, see: &mut dyn FnMut(&str)) {
    let mut from = 0;
    for at in 0..=text.len() {
        if text.as_bytes().get(at).is_none_or(|sign| !fits(*sign)) {
            text.get(from..at).into_iter().for_each(&mut *see);
            from = at + 1;
        }
    }
}

/// Whether `word` is one of a list's, which have a space between them.
pub fn lists(words: &str, word: &str) -> bool {
    split(words, b' ').any(|listed| listed == word)
}

/// Whether `part` stands in `text`. The standard library's search is made for long texts and weighs
/// accordingly.
pub fn holds(text: &str, part: &str) -> bool {
    !part.is_empty() && text.as_bytes().windows(part.len()).any(|window| window == part.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_what_stands_between_other_signs() {
        let mut found = Vec::new();
        let fits = |byte: u8| byte.is_ascii_alphanumeric();
        runs("[\"ab-1\",é,c", fits, &mut |run| found.push(run.to_owned()));
        found.retain(|run| !run.is_empty());
        assert_eq!(found, ["ab", "1", "c"]);
    }

    #[test]
    fn bytes_are_text_where_the_standard_library_says_so() {
        let edges: Vec<u8> = (0..=0xff)
            .filter(|byte| *byte < 2 || byte & 0x0f < 2 || byte & 0x0f > 13 || *byte > 0xec)
            .collect();
        let check = |bytes: &[u8]| {
            assert_eq!(of_utf8(bytes), String::from_utf8(bytes.to_owned()).ok(), "{bytes:x?}");
        };
        check(b"");
        for first in 0..=0xff {
            check(&[first]);
            for second in 0..=0xff {
                check(&[first, second]);
                check(&[b'a', first, second, b'z']);
                for third in &edges {
                    check(&[first, second, *third]);
                    for fourth in &edges {
                        if first > 0xee {
                            check(&[first, second, *third, *fourth]);
                        }
                    }
                }
            }
        }
        check("aé€\u{ffff}\u{10ffff}z".as_bytes());
    }

    #[test]
    fn texts_are_cut_as_the_standard_library_would() {
        for text in ["", "=", "a", "a=b", "a=b=c", "=b", "a=", "ä=ö=", "=="] {
            assert_eq!(cut(text, b'='), text.split_once('='), "{text}");
            assert_eq!(cut_last(text, b'='), text.rsplit_once('='), "{text}");
            assert_eq!(Some(before(text, b'=')), text.split('=').next(), "{text}");
            assert_eq!(
                split(text, b'=').collect::<Vec<_>>(),
                text.split('=').collect::<Vec<_>>(),
                "{text}"
            );
        }
    }
}
